/** One Lua state that runs scripts one after the other, with their byte code kept. Effects: its own memory. */
import { LuaFactory } from 'wasmoon'
import { prelude } from './prelude.ts'
import { createValues, LuaValueError } from './values.ts'

export type MachineAnswer =
  | { readonly kind: 'value'; readonly value: unknown; readonly type: string }
  | { readonly kind: 'failed'; readonly message: string }
  /** The machine is spent: memory that was taken is not given back. */
  | { readonly kind: 'outOfMemory' }

export interface Machine {
  /** Compiles under an id. Undefined when it compiled, else what is wrong. */
  load(id: number, source: string): string | undefined
  run(id: number, open: boolean, object: unknown, params: unknown): MachineAnswer
  forget(): void
}

const registry = -1_001_000
const outOfMemory = 4
const messageBytes = 2_000

/** Loads WebAssembly; about 30 ms. */
export async function createMachine(): Promise<Machine> {
  const lua = await new LuaFactory().getLuaModule()
  const state = lua.luaL_newstate()
  lua.luaL_openlibs(state)
  if (lua.luaL_loadstring(state, prelude) !== 0 || lua.lua_pcallk(state, 0, 1, 0, 0, null) !== 0) {
    throw new Error(`Cannot start Lua: ${lua.lua_tolstring(state, -1, null)}`)
  }
  const runner = lua.luaL_ref(state, registry)
  const values = createValues(lua, state)
  const chunks = new Map<number, number>()

  function errorText(): string {
    const text = lua.luaL_tolstring(state, -1, null)
    values.pop(2)
    return text.length > messageBytes ? `${text.slice(0, messageBytes)}...` : text
  }

  return {
    load(id, source) {
      // `t`: never byte code, which can crash the machine.
      const bytes = new TextEncoder().encode(source)
      const pointer = lua.module._malloc(bytes.length + 1)
      lua.module.HEAPU8.set(bytes, pointer)
      const status = lua.luaL_loadbufferx(state, pointer, bytes.length, '=script', 't')
      lua.module._free(pointer)
      if (status !== 0) return errorText()
      chunks.set(id, lua.luaL_ref(state, registry))
      return undefined
    },
    run(id, open, object, params) {
      const chunk = chunks.get(id)
      if (chunk === undefined) return { kind: 'failed', message: 'the script was not loaded' }
      lua.lua_settop(state, 0)
      try {
        lua.lua_rawgeti(state, registry, BigInt(runner))
        lua.lua_rawgeti(state, registry, BigInt(chunk))
        lua.lua_pushboolean(state, open ? 1 : 0)
        values.push(object)
        values.push(params)
        const status = lua.lua_pcallk(state, 4, 1, 0, 0, null)
        if (status === outOfMemory) return { kind: 'outOfMemory' }
        if (status !== 0) return { kind: 'failed', message: errorText() }
        const type = lua.lua_typename(state, lua.lua_type(state, -1))
        return { kind: 'value', value: type === 'table' ? values.top() : undefined, type }
      } catch (error) {
        if (error instanceof LuaValueError) return { kind: 'failed', message: error.message }
        throw error
      } finally {
        lua.lua_settop(state, 0)
      }
    },
    forget() {
      for (const chunk of chunks.values()) lua.luaL_unref(state, registry, chunk)
      chunks.clear()
    },
  }
}
