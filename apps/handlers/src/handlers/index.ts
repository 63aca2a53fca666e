import type { Handler } from '@sinch-callbacks/handlers';

/** Your handlers, one file each in this folder. */
export const handlers: readonly Handler[] = [];
