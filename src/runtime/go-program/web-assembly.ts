/** The part of WebAssembly that is used here; Node has it, its type library does not. */

export type SystemCall = (...args: never[]) => unknown

export interface WasmMemory {
  /** Another one whenever the memory has grown. */
  readonly buffer: ArrayBuffer
}

interface WasmApi {
  instantiate(
    module: Uint8Array<ArrayBuffer>,
    imports: Readonly<Record<string, Readonly<Record<string, SystemCall>>>>,
  ): Promise<{ readonly instance: { readonly exports: Readonly<Record<string, unknown>> } }>
}

export const wasm = (globalThis as unknown as { readonly WebAssembly: WasmApi }).WebAssembly
