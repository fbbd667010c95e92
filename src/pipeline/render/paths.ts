/** Paths inside a repository: '/'-separated, normalised, '' is the root. Pure. */
import { posix } from 'node:path'
import { HalcyonError } from '../../api/errors.ts'

/** Joins and normalises. Throws PathRefused when the result would leave the repository. `what` names the path in the message. */
export function inside(base: string, path: string, what: string): string {
  const joined = posix.normalize(posix.join('/', '\u0000', base, path))
  // The marker segment disappears only when `..` climbs past the root.
  if (!joined.startsWith('/\u0000'))
    throw new HalcyonError('PathRefused', `Cannot read ${what}: the path leaves the repository`)
  return joined.slice(2).replace(/^\/+|\/+$/g, '')
}

/** Appends a name to a directory. */
export function under(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`
}

/** The directory a path is in. */
export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash < 0 ? '' : path.slice(0, slash)
}

export function isUrl(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text)
}

/** Names in the order Argo CD walks a directory: by bytes. */
export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0
}
