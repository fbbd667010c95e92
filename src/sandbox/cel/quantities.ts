/** Quantities and semantic versions in CEL. Pure. */
import type { Environment } from '@marcbachmann/cel-js'
import { canonicalQuantity } from '../schema/quantity.ts'

/** An exact amount: billionths as a whole number. */
class Quantity {
  readonly nano: bigint

  constructor(nano: bigint) {
    this.nano = nano
  }
}

class Semver {
  readonly text: string
  readonly parts: readonly bigint[]
  readonly pre: string

  constructor(text: string, parts: readonly bigint[], pre: string) {
    this.text = text
    this.parts = parts
    this.pre = pre
  }
}

const NANO = 1_000_000_000n

const POWERS: Record<string, bigint> = {
  n: 1n,
  u: 1_000n,
  m: 1_000_000n,
  '': NANO,
  k: NANO * 1000n,
  M: NANO * 1000n ** 2n,
  G: NANO * 1000n ** 3n,
  T: NANO * 1000n ** 4n,
  P: NANO * 1000n ** 5n,
  E: NANO * 1000n ** 6n,
  Ki: NANO * 1024n,
  Mi: NANO * 1024n ** 2n,
  Gi: NANO * 1024n ** 3n,
  Ti: NANO * 1024n ** 4n,
  Pi: NANO * 1024n ** 5n,
  Ei: NANO * 1024n ** 6n,
}

function read(text: string): Quantity | undefined {
  const canonical = canonicalQuantity(text)
  const match = canonical === undefined ? null : /^(-?\d+)(?:e(\d+)|([a-zA-Z]*))$/.exec(canonical)
  if (match === null) return undefined
  const [, digits = '0', exponent, suffix = ''] = match
  const unit = exponent === undefined ? POWERS[suffix] : NANO * 10n ** BigInt(exponent)
  return unit === undefined ? undefined : new Quantity(BigInt(digits) * unit)
}

export function addQuantities(environment: Environment): void {
  environment.registerType('kubernetes.Quantity', { ctor: Quantity, fields: {} })
  environment
    .registerFunction('quantity(string): kubernetes.Quantity', (text: string) => {
      const value = read(text)
      if (value === undefined) {
        throw new Error("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
      }
      return value
    })
    .registerFunction('isQuantity(string): bool', (text: string) => read(text) !== undefined)
    .registerFunction('kubernetes.Quantity.sign(): int', (value: Quantity) =>
      value.nano === 0n ? 0n : value.nano < 0n ? -1n : 1n,
    )
    .registerFunction('kubernetes.Quantity.isInteger(): bool', (value: Quantity) => value.nano % NANO === 0n)
    .registerFunction('kubernetes.Quantity.asInteger(): int', (value: Quantity) => {
      if (value.nano % NANO !== 0n) throw new Error('cannot convert value to integer')
      return value.nano / NANO
    })
    .registerFunction('kubernetes.Quantity.asApproximateFloat(): double', (value: Quantity) => Number(value.nano) / 1e9)
    .registerFunction(
      'kubernetes.Quantity.isLessThan(kubernetes.Quantity): bool',
      (a: Quantity, b: Quantity) => a.nano < b.nano,
    )
    .registerFunction(
      'kubernetes.Quantity.isGreaterThan(kubernetes.Quantity): bool',
      (a: Quantity, b: Quantity) => a.nano > b.nano,
    )
    .registerFunction('kubernetes.Quantity.compareTo(kubernetes.Quantity): int', (a: Quantity, b: Quantity) =>
      a.nano === b.nano ? 0n : a.nano < b.nano ? -1n : 1n,
    )
    .registerFunction(
      'kubernetes.Quantity.add(kubernetes.Quantity): kubernetes.Quantity',
      (a: Quantity, b: Quantity) => new Quantity(a.nano + b.nano),
    )
    .registerFunction(
      'kubernetes.Quantity.add(int): kubernetes.Quantity',
      (a: Quantity, b: bigint) => new Quantity(a.nano + b * NANO),
    )
    .registerFunction(
      'kubernetes.Quantity.sub(kubernetes.Quantity): kubernetes.Quantity',
      (a: Quantity, b: Quantity) => new Quantity(a.nano - b.nano),
    )
    .registerFunction(
      'kubernetes.Quantity.sub(int): kubernetes.Quantity',
      (a: Quantity, b: bigint) => new Quantity(a.nano - b * NANO),
    )
  addSemver(environment)
}

const SEMVER = /^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/

function readSemver(text: string): Semver | undefined {
  const match = SEMVER.exec(text)
  return match === null
    ? undefined
    : new Semver(text, [BigInt(match[1]!), BigInt(match[2]!), BigInt(match[3]!)], match[4] ?? '')
}

function compareSemver(a: Semver, b: Semver): bigint {
  for (const [index, part] of a.parts.entries()) {
    const other = b.parts[index]!
    if (part !== other) return part < other ? -1n : 1n
  }
  if (a.pre === b.pre) return 0n
  // A release is above its own candidates.
  if (a.pre === '') return 1n
  if (b.pre === '') return -1n
  return a.pre < b.pre ? -1n : 1n
}

function addSemver(environment: Environment): void {
  environment.registerType('kubernetes.Semver', { ctor: Semver, fields: {} })
  environment
    .registerFunction('semver(string): kubernetes.Semver', (text: string) => {
      const value = readSemver(text)
      if (value === undefined) throw new Error(`No Major.Minor.Patch elements found in ${text}`)
      return value
    })
    .registerFunction('isSemver(string): bool', (text: string) => readSemver(text) !== undefined)
    .registerFunction('kubernetes.Semver.major(): int', (value: Semver) => value.parts[0]!)
    .registerFunction('kubernetes.Semver.minor(): int', (value: Semver) => value.parts[1]!)
    .registerFunction('kubernetes.Semver.patch(): int', (value: Semver) => value.parts[2]!)
    .registerFunction('kubernetes.Semver.compareTo(kubernetes.Semver): int', compareSemver)
    .registerFunction(
      'kubernetes.Semver.isLessThan(kubernetes.Semver): bool',
      (a: Semver, b: Semver) => compareSemver(a, b) < 0n,
    )
    .registerFunction(
      'kubernetes.Semver.isGreaterThan(kubernetes.Semver): bool',
      (a: Semver, b: Semver) => compareSemver(a, b) > 0n,
    )
}
