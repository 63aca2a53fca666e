import { mistake } from './mistake.ts';

// Imported before a program, which then throws or rejects when it gets one of these signals.
process.on('SIGUSR2', () => {
  throw mistake();
});
process.on('SIGPIPE', () => {
  void Promise.reject(mistake());
});
