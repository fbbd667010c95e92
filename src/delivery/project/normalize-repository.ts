/** Repository URLs as Argo CD compares them: case, `.git`, and the two ways to write SSH do not matter. Pure. */

const sshUrl = /^(?:ssh:\/\/)?(?:[^/:]*?)@[^@]+$/

/** `git@GitHub.com:org/repo.git` and `ssh://git@github.com/org/repo` are the same. '' for what is no URL, which then equals only other such texts. */
export function normalizeRepository(url: string): string {
  let text = url.trim().toLowerCase()
  if (sshUrl.test(text) && !text.startsWith('ssh://')) text = `ssh://${text.replace(':', '/')}`
  if (text.endsWith('.git')) text = text.slice(0, -'.git'.length)
  return isUrl(text) ? escapePath(text).replace(/^ssh:\/\//, '') : ''
}

/**
 * A path with a character that no URL may hold is escaped whole when it is printed, stars included. So `{a,b}` in the path of a pattern
 * means nothing to Argo CD, and neither here.
 */
function escapePath(text: string): string {
  const [, before = '', path = '', after = ''] =
    /^((?:[a-z][a-z0-9+.-]*:\/\/)?(?:(?<=\/\/)[^/?#]*)?)([^?#]*)(.*)$/s.exec(text) ?? []
  if (/^[A-Za-z0-9\-_.~$&+,/:;=@!'()*[\]%]*$/.test(path)) return text
  const plain = path.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  const escaped = [...Buffer.from(plain, 'utf8')].map((byte) => {
    const char = String.fromCharCode(byte)
    return /[A-Za-z0-9\-_.~$&+,/:;=@]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  })
  return `${before}${escaped.join('')}${after}`
}

/** What Go's URL parser refuses, as far as it occurs: control characters, bad escapes, a bad scheme, port or host. */
function isUrl(text: string): boolean {
  if (/[\0-\x1f\x7f]/.test(text) || /%(?![0-9a-f]{2})/i.test(text)) return false
  if (text.startsWith(':')) return false
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(text)
  if (scheme === null && /^[^/?#]*:/.test(text)) return false
  const authority = /^(?:[a-z][a-z0-9+.-]*:)?\/\/([^/?#]*)/i.exec(text)?.[1]
  if (authority === undefined) return true
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  if (host.startsWith('[')) return /^\[[^\]]*\](?::\d*)?$/.test(host)
  return /^[^:]*(?::\d*)?$/.test(host) && !/[ <>"^`{|}\\%]/.test(host)
}
