/** String functions of Kubernetes' CEL that the library does not have: charAt, replace, find, format and others. Pure. */
import type { Environment } from '@marcbachmann/cel-js'

export function addStrings(environment: Environment): void {
  environment
    .registerFunction('string.charAt(int): string', (text: string, index: bigint) => [...text][Number(index)] ?? '')
    .registerFunction('string.replace(string, string): string', (text: string, from: string, to: string) =>
      text.replaceAll(from, to),
    )
    .registerFunction(
      'string.replace(string, string, int): string',
      (text: string, from: string, to: string, most: bigint) => replaced(text, from, to, Number(most)),
    )
    .registerFunction('string.reverse(): string', (text: string) => [...text].reverse().join(''))
    .registerFunction('string.find(string): string', (text: string, pattern: string) => {
      return new RegExp(pattern, 'u').exec(text)?.[0] ?? ''
    })
    .registerFunction('string.findAll(string): list<string>', (text: string, pattern: string) =>
      found(text, pattern, -1),
    )
    .registerFunction('string.findAll(string, int): list<string>', (text: string, pattern: string, most: bigint) =>
      found(text, pattern, Number(most)),
    )
    .registerFunction('string.format(list<dyn>): string', (text: string, values: unknown) => formatted(text, values))
}

function replaced(text: string, from: string, to: string, most: number): string {
  if (most < 0) return text.replaceAll(from, to)
  let result = text
  let at = 0
  for (let count = 0; count < most; count++) {
    const index = result.indexOf(from, at)
    if (index < 0) break
    result = result.slice(0, index) + to + result.slice(index + from.length)
    at = index + to.length
  }
  return result
}

function found(text: string, pattern: string, most: number): string[] {
  const all = [...text.matchAll(new RegExp(pattern, 'gu'))].map((match) => match[0])
  return most < 0 ? all : all.slice(0, most)
}

/** `%s`, `%d`, `%f`, `%.2f`, `%e`, `%b`, `%x`, `%X`, `%o`, `%%`. */
function formatted(text: string, values: unknown): string {
  const rest = [...(values as Iterable<unknown>)]
  return text.replace(/%(%|\.?(\d*)[sdfebxXo])/g, (_whole, verb: string, digits: string) => {
    if (verb === '%') return '%'
    const value = rest.shift()
    switch (verb.at(-1)) {
      case 'f':
        return Number(value).toFixed(digits === '' ? 6 : Number(digits))
      case 'e':
        return Number(value).toExponential(digits === '' ? 6 : Number(digits))
      case 'b':
        return typeof value === 'boolean' ? (value ? '1' : '0') : BigInt(value as bigint).toString(2)
      case 'x':
        return hex(value)
      case 'X':
        return hex(value).toUpperCase()
      case 'o':
        return BigInt(value as bigint).toString(8)
      default:
        return shown(value)
    }
  })
}

function hex(value: unknown): string {
  return typeof value === 'string' ? Buffer.from(value).toString('hex') : BigInt(value as bigint).toString(16)
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`
  return value === null ? 'null' : String(value)
}
