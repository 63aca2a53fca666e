import { mistake } from './mistake.ts';

// Imported before a program of ours: it then makes a mistake when it has done what it was started for.
process.once('beforeExit', () => {
  throw mistake();
});
