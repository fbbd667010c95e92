/** Which repositories a push notification is about: GitHub, GitLab, Gitea and Gogs, Bitbucket (cloud and server), Azure DevOps, or our own. Pure. */
import { createHmac, timingSafeEqual } from 'node:crypto'

type Fields = Readonly<Record<string, unknown>>

const maxUrls = 20
const urlFields = [
  'clone_url',
  'ssh_url',
  'html_url',
  'git_url',
  'git_http_url',
  'git_ssh_url',
  'http_url',
  'web_url',
  'url',
  'homepage',
  'remoteUrl',
  'sshUrl',
]

/**
 * Every address the payload gives its repository, without repetition; which of them is in use here the receiver knows. Empty for what is
 * not about a repository, such as a ping. Nothing else of the payload is believed: the commits come from Git itself.
 */
export function repositoryUrls(payload: unknown): readonly string[] {
  const root = fieldsOf(payload)
  const found = new Set<string>()
  const generic = [root['repository'], ...arrayOf(root['repositories'])]
  for (const value of generic) if (typeof value === 'string') found.add(value)
  const owners = [root['repository'], root['project'], fieldsOf(root['resource'])['repository']]
  for (const owner of owners) {
    const fields = fieldsOf(owner)
    for (const name of urlFields) if (typeof fields[name] === 'string') found.add(fields[name])
    for (const url of linksOf(fields)) found.add(url)
  }
  return [...found].filter((url) => url !== '' && url.length <= 2_000).slice(0, maxUrls)
}

/** Bitbucket gives links: the cloud a page, the server its clone addresses. */
function linksOf(repository: Fields): string[] {
  const links = fieldsOf(repository['links'])
  const page = fieldsOf(links['html'])['href']
  const urls = arrayOf(links['clone']).map((link) => fieldsOf(link)['href'])
  if (typeof page === 'string') {
    urls.push(page)
    const fullName = repository['full_name']
    const host = URL.parse(page)?.hostname
    if (typeof fullName === 'string' && host !== undefined) urls.push(`git@${host}:${fullName}.git`)
  }
  return urls.filter((url) => typeof url === 'string')
}

export type WebhookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/** True when the sender knows the shared secret: an HMAC-SHA256 of the body, or (GitLab) the secret itself as a header. */
export function isSigned(headers: WebhookHeaders, body: Uint8Array, secret: string): boolean {
  const wanted = createHmac('sha256', secret).update(body).digest()
  const signatures = ['x-hub-signature-256', 'x-hub-signature', 'x-gitea-signature', 'x-gogs-signature']
  for (const name of signatures) {
    const value = headers[name]
    const hex = typeof value === 'string' ? value.replace(/^sha256=/, '') : ''
    if (/^[0-9a-f]{64}$/i.test(hex) && timingSafeEqual(Buffer.from(hex, 'hex'), wanted)) return true
  }
  const token = headers['x-gitlab-token']
  if (typeof token !== 'string') return false
  const key = (text: string) => createHmac('sha256', secret).update(text).digest()
  return timingSafeEqual(key(token), key(secret))
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function arrayOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
