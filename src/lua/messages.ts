/** What the thread that runs Lua and the one that asks tell each other. Types only. */
import type { MachineAnswer } from './machine.ts'

export type LuaRequest =
  | { readonly kind: 'load'; readonly script: number; readonly source: string }
  | {
      readonly kind: 'run'
      readonly id: number
      readonly script: number
      readonly openLibs: boolean
      readonly object: unknown
      readonly params: unknown
    }
  | { readonly kind: 'forget' }

export type LuaReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: MachineAnswer }
