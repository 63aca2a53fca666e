/**
 * The part of WebAssembly that the schema engine needs; Node's types leave it to the DOM library.
 */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>);
    readonly exports: Readonly<Record<string, unknown>> & { readonly __wbindgen_start: () => void };
  }
}
