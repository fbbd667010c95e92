/** List and set functions of Kubernetes' CEL. Pure. */
import type { Environment } from '@marcbachmann/cel-js'
import { deepEqual } from '../values.ts'

type Ordered = bigint | number | string | boolean | Date

export function addLists(environment: Environment): void {
  environment
    .registerFunction('list<dyn>.isSorted(): bool', (list: Ordered[]) =>
      list.every((item, index) => index === 0 || list[index - 1]! <= item),
    )
    .registerFunction('list<dyn>.sum(): dyn', (list: (bigint | number)[]) => sum(list))
    .registerFunction('list<dyn>.min(): dyn', (list: Ordered[]) => extreme(list, 'min', (a, b) => a < b))
    .registerFunction('list<dyn>.max(): dyn', (list: Ordered[]) => extreme(list, 'max', (a, b) => a > b))
    .registerFunction('list<dyn>.indexOf(dyn): int', (list: unknown[], value: unknown) =>
      BigInt(list.findIndex((item) => deepEqual(item, value))),
    )
    .registerFunction('list<dyn>.lastIndexOf(dyn): int', (list: unknown[], value: unknown) =>
      BigInt(list.findLastIndex((item) => deepEqual(item, value))),
    )
  environment.registerType('Sets', Sets)
  environment.registerConstant('sets', 'Sets', new Sets())
  environment
    .registerFunction('Sets.contains(list<dyn>, list<dyn>): bool', (_sets: Sets, all: unknown[], some: unknown[]) =>
      holdsAll(all, some),
    )
    .registerFunction(
      'Sets.equivalent(list<dyn>, list<dyn>): bool',
      (_sets: Sets, a: unknown[], b: unknown[]) => holdsAll(a, b) && holdsAll(b, a),
    )
    .registerFunction('Sets.intersects(list<dyn>, list<dyn>): bool', (_sets: Sets, a: unknown[], b: unknown[]) =>
      a.some((one) => b.some((other) => deepEqual(one, other))),
    )
}

/** What `sets` is in an expression. */
class Sets {}

function holdsAll(all: unknown[], some: unknown[]): boolean {
  return some.every((one) => all.some((other) => deepEqual(one, other)))
}

function sum(list: readonly (bigint | number)[]): bigint | number {
  if (list.length === 0) return 0n
  if (list.every((item) => typeof item === 'bigint')) return list.reduce((total, item) => total + item, 0n)
  return list.reduce<number>((total, item) => total + Number(item), 0)
}

function extreme(list: readonly Ordered[], name: string, better: (a: Ordered, b: Ordered) => boolean): Ordered {
  const [first, ...rest] = list
  if (first === undefined) throw new Error(`${name} called on empty list`)
  return rest.reduce((best, item) => (better(item, best) ? item : best), first)
}
