/** Values between JavaScript and a Lua stack. Effects: the stack only. */
import type { LuaFactory } from 'wasmoon'

export type LuaModule = Awaited<ReturnType<LuaFactory['getLuaModule']>>

/** Thrown for a table that no JSON can say, or that is too deep or too large. */
export class LuaValueError extends Error {}

const typeNil = 0
const typeBoolean = 1
const typeNumber = 3
const typeString = 4
const typeTable = 5
const maxDepth = 200
const maxNodes = 500_000

/** Functions of the WebAssembly module itself: the wrappers around them cost more than the calls. */
interface Exports {
  readonly HEAPU8: Uint8Array
  _malloc(size: number): number
  _lua_pushlstring(state: number, pointer: number, length: number): number
  _lua_createtable(state: number, items: number, members: number): void
  _lua_rawset(state: number, index: number): void
  _lua_rawseti(state: number, index: number, n: bigint): void
  _lua_pushnumber(state: number, n: number): void
  _lua_pushinteger(state: number, n: bigint): void
  _lua_pushboolean(state: number, value: number): void
  _lua_pushnil(state: number): void
  _lua_checkstack(state: number, slots: number): number
  _lua_tolstring(state: number, index: number, length: number): number
  _lua_type(state: number, index: number): number
  _lua_next(state: number, index: number): number
  _lua_toboolean(state: number, index: number): number
  _lua_isinteger(state: number, index: number): number
  _lua_tonumberx(state: number, index: number, ok: number): number
  _lua_settop(state: number, index: number): void
}

const scratchBytes = 64 * 1024
const encoder = new TextEncoder()
const decoder = new TextDecoder()

export interface LuaValues {
  /** Pushes one value; null and undefined become nil, and members and items that are null are absent, as Kubernetes means them. */
  push(value: unknown): void
  /** The value at the top of the stack, which stays. Undefined for nil. Throws LuaValueError. */
  top(): unknown
  /** The text of whatever is at the top, made by Lua itself when it is no string. */
  pop(count: number): void
}

export function createValues(lua: LuaModule, state: number): LuaValues {
  const wasm = lua.module as unknown as Exports
  const scratch = wasm._malloc(scratchBytes)
  const lengthAt = wasm._malloc(8)

  function pushString(text: string): void {
    const { length } = text
    if (length <= 64) {
      const heap = wasm.HEAPU8
      let index = 0
      for (; index < length; index++) {
        const code = text.charCodeAt(index)
        if (code > 127) break
        heap[scratch + index] = code
      }
      if (index === length) {
        wasm._lua_pushlstring(state, scratch, length)
        return
      }
    }
    if (length * 3 <= scratchBytes) {
      const { written } = encoder.encodeInto(text, wasm.HEAPU8.subarray(scratch, scratch + scratchBytes))
      wasm._lua_pushlstring(state, scratch, written)
      return
    }
    const bytes = encoder.encode(text)
    const pointer = wasm._malloc(bytes.length)
    if (pointer === 0) throw new LuaValueError('not enough memory')
    wasm.HEAPU8.set(bytes, pointer)
    wasm._lua_pushlstring(state, pointer, bytes.length)
    lua.module._free(pointer)
  }

  function pushValue(value: unknown, depth: number): void {
    // Without it a deep table would write past the stack: Lua gives C code 20 slots, and real CRDs are 27 deep.
    if (depth > maxDepth || wasm._lua_checkstack(state, 4) === 0)
      throw new LuaValueError('the object is nested too deep')
    switch (typeof value) {
      case 'string':
        pushString(value)
        return
      case 'number':
        if (Number.isSafeInteger(value)) wasm._lua_pushinteger(state, BigInt(value))
        else wasm._lua_pushnumber(state, value)
        return
      case 'bigint':
        wasm._lua_pushinteger(state, BigInt.asIntN(64, value))
        return
      case 'boolean':
        wasm._lua_pushboolean(state, value ? 1 : 0)
        return
      case 'object':
        if (Array.isArray(value)) pushList(value, depth)
        else if (value !== null) pushRecord(value as Record<string, unknown>, depth)
        else wasm._lua_pushnil(state)
        return
      default:
        wasm._lua_pushnil(state)
    }
  }

  function pushList(items: readonly unknown[], depth: number): void {
    wasm._lua_createtable(state, items.length, 0)
    let index = 0n
    for (const item of items) {
      if (item === null || item === undefined) continue
      pushValue(item, depth + 1)
      wasm._lua_rawseti(state, -2, ++index)
    }
  }

  function pushRecord(record: Record<string, unknown>, depth: number): void {
    wasm._lua_createtable(state, 0, 8)
    for (const name in record) {
      const member = record[name]
      if (member === null || member === undefined) continue
      pushString(name)
      pushValue(member, depth + 1)
      wasm._lua_rawset(state, -3)
    }
  }

  function stringAt(index: number): string {
    const pointer = wasm._lua_tolstring(state, index, lengthAt)
    const heap = wasm.HEAPU8
    const length = new DataView(heap.buffer, heap.byteOffset).getUint32(lengthAt, true)
    return decoder.decode(heap.subarray(pointer, pointer + length))
  }

  function pull(depth: number, budget: { left: number }): unknown {
    if (--budget.left < 0) throw new LuaValueError('what the script returned is too large')
    switch (wasm._lua_type(state, -1)) {
      case typeNil:
        return undefined
      case typeBoolean:
        return wasm._lua_toboolean(state, -1) !== 0
      case typeNumber:
        return wasm._lua_tonumberx(state, -1, 0)
      case typeString:
        return stringAt(-1)
      case typeTable:
        if (depth > maxDepth || wasm._lua_checkstack(state, 4) === 0) {
          throw new LuaValueError('what the script returned is nested too deep, or contains itself')
        }
        return pullTable(depth, budget)
      default:
        throw new LuaValueError('what the script returned contains a function')
    }
  }

  /** A table whose keys are 1 to n is a list, also the empty one; one with names is a record; any other is refused, as by Argo CD. */
  function pullTable(depth: number, budget: { left: number }): unknown {
    const record: Record<string, unknown> = {}
    const items: [number, unknown][] = []
    let named = 0
    wasm._lua_pushnil(state)
    while (wasm._lua_next(state, -2) !== 0) {
      const value = pull(depth + 1, budget)
      // Only the type is asked of a key: converting a number in place would confuse lua_next.
      if (wasm._lua_type(state, -2) === typeString) {
        Object.defineProperty(record, stringAt(-2), { value, enumerable: true, configurable: true, writable: true })
        named++
      } else if (wasm._lua_isinteger(state, -2) !== 0) {
        items.push([wasm._lua_tonumberx(state, -2, 0), value])
      } else {
        throw new LuaValueError('what the script returned has a key that is neither a name nor a number')
      }
      wasm._lua_settop(state, -2)
    }
    if (named > 0 && items.length > 0)
      throw new LuaValueError('what the script returned mixes names and numbers as keys')
    if (named > 0) return record
    items.sort(([a], [b]) => a - b)
    if (items.some(([index], place) => index !== place + 1)) {
      throw new LuaValueError('what the script returned has a list with gaps')
    }
    return items.map(([, value]) => value)
  }

  return {
    push: (value) => pushValue(value, 0),
    top: () => pull(0, { left: maxNodes }),
    pop: (count) => wasm._lua_settop(state, -count - 1),
  }
}
