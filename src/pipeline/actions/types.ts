/** What can be done with an object at the press of a key, as Argo CD's resource actions. Types only. */
import type { KubeObject } from '../../kube/object.ts'

export interface ActionParameter {
  readonly name: string
  /** '' = none. */
  readonly default: string
}

export interface Action {
  readonly name: string
  /** It exists, but not in the object's present state. */
  readonly disabled: boolean
  readonly displayName?: string
  readonly iconClass?: string
  readonly params?: readonly ActionParameter[]
}

/** What an action would write. `patch`: the object itself as it should become; `create`: a new one. */
export interface ImpactedResource {
  readonly operation: 'patch' | 'create'
  readonly resource: KubeObject
}

export type ActionParameters = Readonly<Record<string, string>>

/** An action that comes with Halcyon. Pure: `run` gets a copy that it may change. */
export interface BuiltinAction {
  readonly name: string
  disabled?(object: KubeObject): boolean
  params?(object: KubeObject): readonly ActionParameter[]
  run(object: KubeObject, params: ActionParameters, now: number): readonly ImpactedResource[]
}
