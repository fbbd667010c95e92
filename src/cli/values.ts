/** Parsers of option values. Each throws InvalidArgumentError with the wanted form. Pure. */
import { InvalidArgumentError, Option } from 'commander'
import { HalcyonError } from '../api/errors.ts'
import type { Format } from './output/structured.ts'

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }

/** `90s`, `15m`, `1h30m` -> milliseconds. */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|min|s|m|h|d)/g)]
  const ms = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? ''] ?? Number.NaN), 0)
  if (parts.map(([part]) => part).join('') !== text || !(ms > 0)) {
    throw new InvalidArgumentError('Wanted is a duration such as 90s, 15m or 1h30m.')
  }
  return ms
}

/** `8420`; 0 means any free port. */
export function parsePort(text: string): number {
  const port = Number(text)
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new InvalidArgumentError('Wanted is a port from 0 to 65535.')
  return port
}

/** `:8420`, `127.0.0.1:8420`, `[::1]:8420`, `8420`. */
export function parseListen(text: string): { host: string; port: number } {
  const parts = /^(?:(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]*)):)?(\d{1,5})$/.exec(text)
  if (parts === null) throw new InvalidArgumentError('Wanted is an address such as 127.0.0.1:8420.')
  return { host: parts[1] ?? (parts[2] || '127.0.0.1'), port: parsePort(parts[3] ?? '') }
}

export function parseCount(text: string): number {
  const count = Number(text)
  if (!/^\d+$/.test(text) || count < 1) throw new InvalidArgumentError('Wanted is a number from 1 on.')
  return count
}

/** A new one for each command: commander keeps values in it. */
export function outputOption(formats: readonly Format[] = ['table', 'json', 'yaml'], preset: Format = 'table'): Option {
  return new Option('-o, --output <format>', 'how to print the answer').choices(formats).default(preset)
}

/** `replicas=3`, collected over repeated options. */
export function parseParameter(
  text: string,
  previous: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const equals = text.indexOf('=')
  if (equals < 1) throw new InvalidArgumentError('Wanted is name=value.')
  return { ...previous, [text.slice(0, equals)]: text.slice(equals + 1) }
}

/** The files of `-f`. Throws UsageInvalid when there are none. */
export function requireFiles(files: readonly string[] | undefined, verb: string): readonly string[] {
  if (files !== undefined && files.length > 0) return files
  throw new HalcyonError('UsageInvalid', `Cannot ${verb}: name the files with -f, or give questions with --batch`)
}
