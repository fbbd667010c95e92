/** Kubernetes quantities as numbers. Pure. */

const factors: Record<string, number> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
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

/** `250m` -> 0.25, `1Gi` -> 1073741824; what does not parse is 0. */
export function quantity(value: string | number): number {
  if (typeof value === 'number') return value
  const match = /^([+-]?[\d.]+(?:[eE][+-]?\d+)?)([a-zA-Z]*)$/.exec(value)
  if (match === null) return 0
  const number = Number(match[1])
  const factor = match[2] === '' ? 1 : factors[match[2] ?? '']
  return factor === undefined || Number.isNaN(number) ? 0 : number * factor
}
