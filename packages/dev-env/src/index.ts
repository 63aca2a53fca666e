export * from './processes/index.ts';
export * from './servers/index.ts';
