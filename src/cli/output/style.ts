/** Colours that add nothing the words do not say. Pure. */
import type { HealthStatus, SyncStatus } from '../../api/views.ts'

export interface Style {
  bold(text: string): string
  dim(text: string): string
  good(text: string): string
  busy(text: string): string
  bad(text: string): string
}

const same = (text: string) => text
const wrap = (open: number, close: number) => (text: string) =>
  text === '' ? text : `\u001b[${open}m${text}\u001b[${close}m`

export const noStyle: Style = { bold: same, dim: same, good: same, busy: same, bad: same }

const ansiStyle: Style = {
  bold: wrap(1, 22),
  dim: wrap(2, 22),
  good: wrap(32, 39),
  busy: wrap(33, 39),
  bad: wrap(31, 39),
}

/** Colours on a terminal only; NO_COLOR (https://no-color.org) and TERM=dumb switch them off, FORCE_COLOR on. */
export function styleFor(isTty: boolean, env: Readonly<Record<string, string | undefined>>): Style {
  if ((env['NO_COLOR'] ?? '') !== '') return noStyle
  if ((env['FORCE_COLOR'] ?? '0') !== '0') return ansiStyle
  return isTty && env['TERM'] !== 'dumb' ? ansiStyle : noStyle
}

export function healthStyle(style: Style, health: HealthStatus | ''): (text: string) => string {
  if (health === 'Healthy') return style.good
  if (health === 'Degraded' || health === 'Missing') return style.bad
  return health === '' ? same : style.busy
}

export function syncStyle(style: Style, sync: SyncStatus): (text: string) => string {
  return sync === 'Synced' ? style.good : style.busy
}
