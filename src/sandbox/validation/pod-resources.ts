/** Requests and limits of containers. Pure. */
import { type FieldError, invalidValue } from '../status-error.ts'
import { type Data, dataAt } from '../values.ts'

const UNITS: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
}

/** Near enough for comparing; exact text is kept elsewhere. */
export function amount(quantity: unknown): number {
  const match = /^(-?[\d.]+(?:e-?\d+)?)([a-zA-Z]*)$/.exec(String(quantity))
  return match === null ? Number.NaN : Number(match[1]) * (UNITS[match[2] ?? ''] ?? 1)
}

const STANDARD = new Set(['cpu', 'memory', 'ephemeral-storage', 'storage'])
const NAME_TEXT = 'must be a standard resource for containers'

export function resourceErrors(container: Data, path: string): FieldError[] {
  const limits = dataAt(container, 'resources', 'limits')
  const errors: FieldError[] = []
  for (const [name, limit] of Object.entries(limits)) errors.push(...oneErrors(`${path}.resources.limits`, name, limit))
  for (const [name, request] of Object.entries(dataAt(container, 'resources', 'requests'))) {
    errors.push(...oneErrors(`${path}.resources.requests`, name, request))
    const limit = limits[name]
    if (limit !== undefined && amount(request) > amount(limit)) {
      const detail = `must be less than or equal to ${name} limit of ${String(limit)}`
      errors.push(invalidValue(`${path}.resources.requests`, request, detail))
    }
  }
  return errors
}

function oneErrors(path: string, name: string, value: unknown): FieldError[] {
  const errors: FieldError[] = []
  const plain = !name.includes('/') && !name.startsWith('hugepages-')
  if (plain && !STANDARD.has(name)) {
    errors.push(
      invalidValue(`${path}[${name}]`, name, 'must be a standard resource type or fully qualified'),
      invalidValue(`${path}[${name}]`, name, NAME_TEXT),
    )
  }
  if (amount(value) < 0) errors.push(invalidValue(`${path}[${name}]`, value, 'must be greater than or equal to 0'))
  return errors
}
