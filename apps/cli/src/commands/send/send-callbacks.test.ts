import { expect, it } from 'vitest';
import { tamper } from './send-callbacks.ts';

it.each(['', 'a', '{"status":"DELIVERED"}'])(
  'changes one byte of %j and not the original',
  (text) => {
    const body = Buffer.from(text);
    const changed = Buffer.from(tamper(body));
    expect(changed.equals(body)).toBe(false);
    expect(changed.length).toBe(Math.max(body.length, 1));
    expect(body.toString()).toBe(text);
  },
);
