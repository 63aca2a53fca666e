export * from './processes/index.ts';
export * from './servers/index.ts';
export * from './sinch/index.ts';
