/** How long things take in the sandbox, in milliseconds: short where a person waits, Kubernetes' own where the time is the message. Data. */

/** Divided by the simulation's `speed`. Seconds that a manifest states (deadlines, TTLs, minReadySeconds, slow-start) are never scaled. */
export interface Timing {
  readonly schedule: number
  readonly pull: number
  readonly run: number
  readonly ready: number
  readonly exit: number
  readonly bindVolume: number
  readonly loadBalancer: number
  readonly pullRetry: number
  readonly configRetry: number
  readonly mountRetry: number
  readonly scheduleRetry: number
  /** The first wait after a container's second exit; doubles up to crashBackOffMax. */
  readonly crashBackOff: number
  readonly crashBackOffMax: number
  readonly pullBackOff: number
  readonly pullBackOffMax: number
  /** The wait before a Job's next pod; doubles. Kubernetes waits ten times as long; here a person is watching. */
  readonly jobBackOff: number
  readonly jobBackOffMax: number
}

const normal: Timing = {
  schedule: 30,
  pull: 300,
  run: 400,
  ready: 250,
  exit: 150,
  bindVolume: 250,
  loadBalancer: 400,
  pullRetry: 700,
  configRetry: 2_000,
  mountRetry: 1_000,
  scheduleRetry: 300,
  crashBackOff: 10_000,
  crashBackOffMax: 300_000,
  pullBackOff: 10_000,
  pullBackOffMax: 300_000,
  jobBackOff: 1_000,
  jobBackOffMax: 60_000,
}

/** The table at a given speed; 1 is normal, 10 is ten times as fast. */
export function timingAt(speed: number): Timing {
  if (speed === 1) return normal
  return Object.fromEntries(Object.entries(normal).map(([key, ms]) => [key, ms / speed])) as unknown as Timing
}

/** `base`, doubled `step` times, never above `max`. */
export function backOff(base: number, max: number, step: number): number {
  return Math.min(max, base * 2 ** Math.min(step, 30))
}

/** Kubernetes' time: RFC 3339 in whole seconds. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

/** The inverse of timestamp; NaN for what is not a time. */
export function millis(time: string | undefined): number {
  return time === undefined ? Number.NaN : Date.parse(time)
}
