import { mistake } from './mistake.ts';

// Imported before a program, which then throws when its work is done.
process.once('beforeExit', () => {
  throw mistake();
});
