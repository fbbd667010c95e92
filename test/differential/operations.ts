/** Random operations by named managers on objects of one kind, as data that prints and shrinks. Pure. */
import fc from 'fast-check'
import type { Data } from './data.ts'
import { type Kind, METADATA, METADATA_PATCHES } from './kinds/kind.ts'

export interface Target {
  readonly name: string
  /** Index into the kind's versions. */
  readonly version: number
}

/** Whose name a write carries. */
export type Manager = 'alice' | 'bob' | 'kubectl' | 'kubectl-client-side-apply' | ''

interface Write extends Target {
  readonly manager: Manager
  readonly dryRun: boolean
  readonly validation: '' | 'Strict' | 'Ignore'
}

export type Operation =
  | (Write & { op: 'create'; pieces: readonly Data[]; lastApplied: boolean })
  | (Write & { op: 'apply'; pieces: readonly Data[]; force: boolean; status: boolean; version: number })
  | (Write & { op: 'update'; piece: Data; known: 'none' | 'current' | 'stale'; status: boolean })
  | (Write & { op: 'patch'; type: 'merge' | 'json' | 'strategic'; body: unknown; status: boolean })
  | (Write & { op: 'scale'; replicas: unknown; how: 'update' | 'merge' | 'apply' })
  | (Target & {
      op: 'delete'
      propagation: string
      precondition: '' | 'uid' | 'resourceVersion' | 'right'
      dryRun: boolean
    })
  | (Target & { op: 'get' })
  | (Target & { op: 'list'; selector: string })

export interface Sequence {
  readonly kind: string
  readonly operations: readonly Operation[]
}

function often<T>(common: T, ...rare: T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: rare.length * 4, arbitrary: fc.constant(common) },
    ...rare.map((value) => fc.constant(value)),
  )
}

function pick<T>(values: readonly T[]): fc.Arbitrary<T> {
  return fc.constantFrom(...values)
}

function operations(kind: Kind): fc.Arbitrary<Operation> {
  const target = {
    name: fc.oneof(
      { weight: 30, arbitrary: pick(['first', 'second']) },
      { weight: 1, arbitrary: pick([...(kind.names ?? []), 'third']) },
    ),
    version: kind.apiVersions.length === 1 ? fc.constant(0) : pick([0, 0, 1]),
  }
  const write = {
    ...target,
    manager: fc.oneof(
      { weight: 6, arbitrary: pick<Manager>(['alice', 'bob']) },
      { weight: 3, arbitrary: pick<Manager>(['kubectl', 'kubectl-client-side-apply']) },
      { weight: 1, arbitrary: pick<Manager>(['']) },
    ),
    dryRun: often(false, true),
    validation: often<'' | 'Strict' | 'Ignore'>('', 'Strict', 'Ignore'),
  }
  const piece = fc.oneof({ weight: 4, arbitrary: pick(kind.pieces) }, { weight: 1, arbitrary: pick(METADATA) })
  const pieces = fc.array(piece, { maxLength: 3 })
  const status = kind.status
  const hasStatus = status === undefined ? fc.constant(false) : often(false, true)
  const alternatives: fc.WeightedArbitrary<Operation>[] = [
    {
      weight: 8,
      arbitrary: fc.record({
        ...write,
        op: fc.constant('apply' as const),
        pieces,
        force: often(false, true, true),
        status: hasStatus,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ ...write, op: fc.constant('create' as const), pieces, lastApplied: often(false, true) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        ...write,
        op: fc.constant('update' as const),
        piece,
        known: often<'none' | 'current' | 'stale'>('current', 'none', 'stale'),
        status: fc.constant(false),
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        ...write,
        op: fc.constant('patch' as const),
        type: fc.constant('merge' as const),
        body: piece,
        status: hasStatus,
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        ...write,
        op: fc.constant('patch' as const),
        type: fc.constant('json' as const),
        body: pick<unknown>([...METADATA_PATCHES, ...(kind.jsonPatches ?? [])]),
        status: fc.constant(false),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        ...write,
        op: fc.constant('patch' as const),
        type: fc.constant('strategic' as const),
        body: fc.oneof(piece, pick<unknown>([...(kind.strategic ?? METADATA)])),
        status: fc.constant(false),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        ...target,
        op: fc.constant('delete' as const),
        propagation: often('', 'Background', 'Foreground', 'Orphan', 'Nonsense'),
        precondition: often<'' | 'uid' | 'resourceVersion' | 'right'>('', 'uid', 'resourceVersion', 'right'),
        dryRun: often(false, true),
      }),
    },
    { weight: 1, arbitrary: fc.record({ ...target, op: fc.constant('get' as const) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        ...target,
        op: fc.constant('list' as const),
        selector: pick(['', 'app=one', 'app!=one,tier', 'app in (one,two)', '!tier', 'app notin (one)']),
      }),
    },
  ]
  if (status !== undefined) {
    alternatives.push(
      {
        weight: 2,
        arbitrary: fc.record({
          ...write,
          op: fc.constant('apply' as const),
          pieces: fc.array(pick(status), { minLength: 1, maxLength: 1 }),
          force: fc.boolean(),
          status: fc.constant(true),
        }),
      },
      {
        weight: 2,
        arbitrary: fc.record({
          ...write,
          op: fc.constant('update' as const),
          piece: pick(status),
          known: often<'none' | 'current' | 'stale'>('current', 'none'),
          status: fc.constant(true),
        }),
      },
      {
        weight: 1,
        arbitrary: fc.record({
          ...write,
          op: fc.constant('patch' as const),
          type: fc.constant('merge' as const),
          body: pick<unknown>(status),
          status: fc.constant(true),
        }),
      },
    )
  }
  if (kind.scale === true) {
    alternatives.push({
      weight: 1,
      arbitrary: fc.record({
        ...write,
        op: fc.constant('scale' as const),
        replicas: pick<unknown>([0, 1, 4, 4, -1]),
        how: pick(['update', 'merge'] as const),
      }),
    })
  }
  return fc.oneof(...alternatives)
}

/** A run of operations on one kind, the first of which usually makes something. */
export function sequences(kinds: readonly Kind[], most: number): fc.Arbitrary<Sequence> {
  return fc.constantFrom(...kinds.keys()).chain((index) =>
    fc.record({
      kind: fc.constant(String(index)),
      operations: fc.array(operations(kinds[index]!), { minLength: Math.min(5, most), maxLength: most, size: 'max' }),
    }),
  )
}
