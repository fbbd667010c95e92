/** Kubernetes quantities (`500m`, `1Gi`, `0.5`) in the one form the API server answers with. Pure. */

const FORM = /^([+-]?)(\d+)?(?:\.(\d*))?(?:([eE][+-]?\d+)|(Ki|Mi|Gi|Ti|Pi|Ei|n|u|m|k|M|G|T|P|E))?$/

const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const DECIMAL: readonly [string, number][] = [
  ['E', 18],
  ['P', 15],
  ['T', 12],
  ['G', 9],
  ['M', 6],
  ['k', 3],
  ['', 0],
  ['m', -3],
  ['u', -6],
  ['n', -9],
]

/** The canonical text; undefined when the text is no quantity. */
export function canonicalQuantity(value: string | number): string | undefined {
  const match = FORM.exec(String(value).trim())
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponent, suffix = ''] = match
  if (whole === '' && fraction === '') return undefined
  const power = BINARY.indexOf(suffix)
  const text = power > 0 ? binary(whole, fraction, power) : decimal(whole, fraction, exponent, suffix)
  return sign === '-' && text !== '0' ? `-${text}` : text
}

function decimal(whole: string, fraction: string, exponent: string | undefined, suffix: string): string {
  const shift = exponent === undefined ? DECIMAL.find(([name]) => name === suffix)![1] : Number(exponent.slice(1))
  // The value is digits * 10^scale.
  let digits = BigInt(`${whole}${fraction}`)
  let scale = shift - fraction.length
  if (digits === 0n) return '0'
  while (digits % 10n === 0n) {
    digits /= 10n
    scale++
  }
  // Nothing below nano: the API server rounds up.
  while (scale < -9) {
    digits = (digits + 9n) / 10n
    scale++
  }
  if (exponent !== undefined) {
    const step = Math.floor(scale / 3) * 3
    const number = digits * 10n ** BigInt(scale - step)
    return step === 0 ? String(number) : `${number}e${step}`
  }
  const [name, at] = DECIMAL.find(([, step]) => step <= scale)!
  return `${digits * 10n ** BigInt(scale - at)}${name}`
}

function binary(whole: string, fraction: string, power: number): string {
  let unit = power
  let number = BigInt(whole === '' ? '0' : whole)
  if (fraction !== '' && BigInt(fraction) !== 0n) {
    // 1.5Gi is 1536Mi: go down until the number is whole, or to bytes.
    const scale = 10n ** BigInt(fraction.length)
    let digits = BigInt(`${whole}${fraction}`)
    while (unit > 0 && digits % scale !== 0n) {
      digits *= 1024n
      unit--
    }
    number = (digits + scale - 1n) / scale
  }
  while (number !== 0n && number % 1024n === 0n && unit < BINARY.length - 1) {
    number /= 1024n
    unit++
  }
  if (number === 0n) return '0'
  // Below 1024 bytes a binary quantity is written in decimal.
  return `${number}${BINARY[unit]}`
}
