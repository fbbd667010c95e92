/** Repository URLs: which are allowed, which mean the same repository, and how they are shown. Pure. */
import { isAbsolute, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { HalcyonError } from '../../api/errors.ts'

/** Where a repository is. `key` is equal for spellings of the same place; it holds no password. */
export type Location =
  | { readonly kind: 'directory'; readonly path: string; readonly display: string; readonly key: string }
  | {
      readonly kind: 'remote'
      /** For git; without the password. */
      readonly url: string
      /** From the URL, to be handed to git outside its arguments. */
      readonly password: string | undefined
      readonly username: string | undefined
      readonly display: string
      readonly key: string
    }

const schemes = new Map<string, { readonly port: string; readonly as: string }>([
  ['https', { port: '443', as: 'https' }],
  ['http', { port: '80', as: 'http' }],
  ['ssh', { port: '22', as: 'ssh' }],
  ['git+ssh', { port: '22', as: 'ssh' }],
  ['ssh+git', { port: '22', as: 'ssh' }],
  ['git', { port: '9418', as: 'git' }],
])

/**
 * Classifies a URL, a path or the scp-like form as git does (git-clone(1), GIT URLS). Relative paths are relative to `cwd`.
 * Throws RepositoryRefused for what runs commands or could be taken for an option.
 */
export function parseLocation(text: string, cwd: string): Location {
  const trimmed = text.trim()
  if (trimmed === '') throw refused(text, 'it is empty')
  if (/[\0-\x1f\x7f]/.test(trimmed)) throw refused(text, 'it contains control characters')
  if (trimmed.startsWith('-')) throw refused(text, 'it starts with "-"')
  // `<transport>::<address>` runs git-remote-<transport>; ext:: runs any command (gitremote-helpers(7)).
  const helper = /^([A-Za-z0-9][A-Za-z0-9+.-]*)::/.exec(trimmed)
  if (helper !== null) throw refused(text, `the transport ${helper[1]}:: may run commands`)
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(trimmed)?.[1]?.toLowerCase()
  if (scheme === 'file') return directory(pathOfFileUrl(trimmed, text))
  if (scheme !== undefined) return remote(trimmed, scheme, text)
  const colon = trimmed.indexOf(':')
  const slash = trimmed.indexOf('/')
  if (colon < 0 || (slash >= 0 && slash < colon))
    return directory(isAbsolute(trimmed) ? trimmed : resolve(cwd, trimmed))
  return scpLike(trimmed, text)
}

/** `host/path` without protocol, user, port, `.git` and case: what a webhook and an Application agree on. Undefined for what is no URL. */
export function looseIdentity(text: string): string | undefined {
  try {
    const location = parseLocation(text, '/')
    if (location.kind === 'directory') return location.path.replace(/\/+$/, '').replace(/(?:\/\.git|\.git)$/, '')
    const host = /^[a-z]+:\/\/(?:[^/@]*@)?(\[[^\]]*\]|[^:/]*)(?::\d+)?\/*(.*)$/.exec(location.key)
    return host === null ? undefined : `${host[1]}/${host[2]}`.toLowerCase()
  } catch {
    return undefined
  }
}

/** The URL as it may be shown: a password, or a token in place of the user, becomes `***`. */
export function maskUrl(text: string): string {
  return text.replace(/^([A-Za-z][A-Za-z0-9+.-]*:\/\/)([^/?#]*)@/, (_, scheme: string, user: string) => {
    const colon = user.indexOf(':')
    if (colon >= 0) return `${scheme}${user.slice(0, colon)}:***@`
    // Hosts accept a token as the user name of http(s); names of people are short.
    return /^https?:/i.test(scheme) && user.length >= 20 ? `${scheme}***@` : `${scheme}${user}@`
  })
}

function remote(url: string, scheme: string, original: string): Location {
  const known = schemes.get(scheme)
  if (known === undefined)
    throw refused(original, `git does not speak ${scheme}:// here; use https, http, ssh, git or a path`)
  const parts = /^[^:]+:\/\/(?:([^/?#]*)@)?(\[[^\]/]*\]|[^:/?#]*)(?::(\d*))?(\/.*|\?.*)?$/.exec(url)
  const [, userInfo, host = '', port = '', path = ''] = parts ?? []
  if (parts === null || host === '') throw refused(original, 'it names no host')
  if (host.startsWith('-') || userInfo?.startsWith('-')) throw refused(original, 'its host or user starts with "-"')
  const isHttp = known.as === 'https' || known.as === 'http'
  const colon = userInfo?.indexOf(':') ?? -1
  const user = userInfo === undefined ? undefined : colon < 0 ? userInfo : userInfo.slice(0, colon)
  const password = userInfo === undefined || colon < 0 ? undefined : userInfo.slice(colon + 1)
  const at = user === undefined || user === '' ? '' : `${user}@`
  const shownPort = port === '' || port === known.port ? '' : `:${port}`
  const authority = `${at}${host.toLowerCase()}${shownPort}`
  return {
    kind: 'remote',
    // ssh ignores a password in the URL, and so does git.
    url: `${known.as}://${authority}${path}`,
    password: isHttp && password !== undefined ? percentDecoded(password) : undefined,
    username: user === undefined ? undefined : percentDecoded(user),
    display: maskUrl(url),
    key: `${known.as}://${authority}${withoutSuffix(path)}`,
  }
}

function scpLike(text: string, original: string): Location {
  const parts = /^(?:([^@/:[\]]+)@)?(\[[^\]]*\]|[^:[\]/]+):(.*)$/.exec(text)
  const [, user, host = '', path = ''] = parts ?? []
  if (parts === null || path === '')
    throw refused(original, 'it is neither a URL, nor a path, nor of the form user@host:path')
  if (host.startsWith('-')) throw refused(original, 'its host starts with "-"')
  const at = user === undefined ? '' : `${user}@`
  // `host:path` is relative to the home there and `ssh://host/path` is not, but hosting services read both alike.
  const absolute = path.startsWith('/') ? path : `/${path}`
  return {
    kind: 'remote',
    url: text,
    password: undefined,
    username: user,
    display: text,
    key: `ssh://${at}${host.toLowerCase()}${withoutSuffix(absolute)}`,
  }
}

function directory(path: string): Location {
  const normal = resolve(path)
  return { kind: 'directory', path: normal, display: normal, key: normal }
}

function pathOfFileUrl(url: string, original: string): string {
  const rest = url.slice('file://'.length)
  if (!rest.startsWith('/') && !/^localhost\//i.test(rest))
    throw refused(original, 'a file:// URL needs an absolute path')
  try {
    return fileURLToPath(`file://${rest.slice(rest.indexOf('/')).replace(/[?#]/g, encodeURIComponent)}`)
  } catch (cause) {
    throw refused(original, 'its path is not valid', cause)
  }
}

function withoutSuffix(path: string): string {
  return path
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .replace(/\/+$/, '')
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function refused(url: string, detail: string, cause?: unknown): HalcyonError {
  const shown = maskUrl(url).replace(/[\0-\x1f\x7f]/g, '?')
  return new HalcyonError('RepositoryRefused', `Cannot use repository ${shown || '""'}: ${detail}`, { cause })
}
