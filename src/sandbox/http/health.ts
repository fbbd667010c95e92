/** /livez, /readyz and /healthz, with their checks one by one. Pure. */

import { flag } from '../options.ts'
import type { Answer } from '../request.ts'
import { pageNotFound } from '../status-error.ts'

const CHECKS = [
  'ping',
  'log',
  'etcd',
  'poststarthook/start-apiextensions-controllers',
  'poststarthook/rbac/bootstrap-roles',
]

/** Undefined for other paths. Throws 404 for a check that does not exist. */
export function healthAnswer(path: string, query: URLSearchParams): Answer | undefined {
  const match = /^\/(healthz|readyz|livez)(?:\/(.*))?$/.exec(path)
  if (match === null) return undefined
  const [, endpoint = '', check] = match
  if (check !== undefined && check !== '' && !CHECKS.includes(check)) throw pageNotFound()
  const lines = [...CHECKS.map((name) => `[+]${name} ok`), `${endpoint} check passed`, '']
  const body = flag(query, 'verbose') && !check ? lines.join('\n') : 'ok'
  return { code: 200, body, contentType: 'text/plain; charset=utf-8' }
}
