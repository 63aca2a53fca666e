import { mistake } from './mistake.ts';

// Imported before a program of ours: it then makes a mistake whenever it gets one of these signals.
process.on('SIGUSR2', () => {
  throw mistake();
});
process.on('SIGPIPE', () => {
  void Promise.reject(mistake());
});
