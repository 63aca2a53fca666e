import type { Handler } from '@sinch-callbacks/handlers';
import { thankYou } from '../../src/examples/thank-you.ts';

/** The handlers of a test in which an event is answered. */
export const handlers: readonly Handler[] = [thankYou];
