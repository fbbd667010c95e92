/** Resource quantities (`100m`, `1.5Gi`, `1e3`): parse, compare, canonical form. As k8s.io/apimachinery's resource package. Pure. */

export interface Quantity {
  /** In units of 10^-9, the finest that Kubernetes keeps; finer amounts are rounded away from zero. */
  readonly nano: bigint
  readonly format: 'DecimalSI' | 'DecimalExponent' | 'BinarySI'
}

const decimalExponents: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}
const decimalSuffixes = new Map(Object.entries(decimalExponents).map(([suffix, exponent]) => [exponent, suffix]))
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const

const pattern = /^([+-]?)(\d+\.?\d*|\.\d+)(?:([eE][+-]?\d{1,3})|([KMGTPE]i)|([numkMGTPE]))?$/

const one = 1_000_000_000n
/** Beyond this Kubernetes caps the value. */
const largest = (2n ** 63n - 1n) * one

/** Undefined when the text is no quantity. A number (YAML allows `cpu: 1`) reads as its decimal text. */
export function parseQuantity(value: string | number | bigint): Quantity | undefined {
  const match = pattern.exec(String(value))
  if (match === null) return undefined
  const [, sign = '', digits = '', exponentText, binary, decimal = ''] = match
  const [whole = '', fraction = ''] = digits.split('.')
  const mantissa = BigInt(`0${whole}${fraction}`)
  const format = binary !== undefined ? 'BinarySI' : exponentText !== undefined ? 'DecimalExponent' : 'DecimalSI'
  const exponent =
    exponentText !== undefined ? Number(exponentText.slice(1)) : binary !== undefined ? 0 : decimalExponents[decimal]!
  const factor = binary === undefined ? 1n : 1024n ** BigInt(binarySuffixes.indexOf(binary as 'Ki'))
  const nano = scaled(mantissa * factor, exponent + 9 - fraction.length)
  const capped = nano > largest ? largest : nano
  return { nano: sign === '-' ? -capped : capped, format }
}

/** value x 10^exponent, rounded up. */
function scaled(value: bigint, exponent: number): bigint {
  if (exponent >= 0) return value * 10n ** BigInt(exponent)
  const divisor = 10n ** BigInt(-exponent)
  return (value + divisor - 1n) / divisor
}

/** Negative, zero or positive, as sort wants it. Undefined when one of them is no quantity. */
export function compareQuantities(a: string | number | bigint, b: string | number | bigint): number | undefined {
  const left = parseQuantity(a)
  const right = parseQuantity(b)
  if (left === undefined || right === undefined) return undefined
  return left.nano < right.nano ? -1 : left.nano > right.nano ? 1 : 0
}

/** As a number of whole units (cores, bytes), rounded to double precision. */
export function quantityToNumber(quantity: Quantity): number {
  return Number(quantity.nano / one) + Number(quantity.nano % one) / 1e9
}

/** The form in which the API server prints it: `1000m` is `1`, `1024Mi` is `1Gi`, `1000` is `1k`. Undefined when it is no quantity. */
export function canonicalQuantity(value: string | number | bigint): string | undefined {
  const quantity = parseQuantity(value)
  return quantity === undefined ? undefined : printQuantity(quantity)
}

export function printQuantity({ nano, format }: Quantity): string {
  if (nano === 0n) return '0'
  const amount = nano < 0n ? -nano : nano
  const sign = nano < 0n ? '-' : ''
  // Small or broken binary amounts are printed in decimal, where nothing is lost.
  if (format === 'BinarySI' && amount >= 1024n * one && amount % one === 0n) return sign + printBinary(amount / one)
  return sign + printDecimal(amount, format === 'DecimalExponent')
}

function printBinary(amount: bigint): string {
  let rest = amount
  let power = 0
  while (rest % 1024n === 0n && power < binarySuffixes.length - 1) {
    rest /= 1024n
    power++
  }
  return `${rest}${binarySuffixes[power]}`
}

function printDecimal(nano: bigint, asExponent: boolean): string {
  let rest = nano
  let exponent = -9
  while (rest % 1000n === 0n && exponent < 18) {
    rest /= 1000n
    exponent += 3
  }
  if (exponent === 0) return String(rest)
  return asExponent ? `${rest}e${exponent}` : `${rest}${decimalSuffixes.get(exponent)}`
}
