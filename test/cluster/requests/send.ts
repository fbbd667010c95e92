/** Sends one request to a cluster and keeps what two servers can be compared by. Effects: requests. */
import { request as httpsRequest } from 'node:https'
import type { Request } from './requests.ts'

export interface Target {
  readonly url: URL
  readonly token: string
  readonly ca: string
}

/** Without what differs between any two clusters: uids, times, versions, names that were made up. */
export interface Answer {
  readonly code: number
  readonly type: string
  readonly warnings: readonly string[]
  /** Of a Status: reason and message. */
  readonly reason: string
  readonly message: string
}

/** From the text of a kubeconfig in JSON. */
export function targetOf(kubeconfig: string): Target {
  const { clusters, users } = JSON.parse(kubeconfig) as {
    clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }]
    users: [{ user: { token: string } }]
  }
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster
  return { url: new URL(server), token: users[0].user.token, ca: Buffer.from(ca, 'base64').toString('utf8') }
}

export function send(target: Target, { method, path, body, type, headers }: Request): Promise<Answer> {
  const bytes =
    body === undefined
      ? undefined
      : Buffer.isBuffer(body)
        ? body
        : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  const authorization = headers?.['authorization'] ?? `Bearer ${target.token}`
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        method,
        hostname: target.url.hostname,
        port: target.url.port,
        path,
        ca: target.ca,
        headers: {
          'user-agent': 'requests/1',
          ...(bytes !== undefined && { 'content-type': type ?? 'application/json', 'content-length': bytes.length }),
          ...headers,
          ...(authorization !== '' && { authorization }),
        },
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const { reason, message } = statusIn(Buffer.concat(chunks).toString('utf8'))
          const warnings = response.headersDistinct['warning'] ?? []
          const contentType = response.headers['content-type'] ?? ''
          resolve({ code: response.statusCode ?? 0, type: contentType, warnings, reason, message: general(message) })
        })
      },
    )
    if (authorization === '') request.removeHeader('authorization')
    request.on('error', reject)
    request.end(bytes)
  })
}

function statusIn(text: string): { reason: string; message: string } {
  try {
    const { kind, reason = '', message = '' } = JSON.parse(text) as Record<string, string>
    return kind === 'Status' ? { reason, message } : { reason: '', message: '' }
  } catch {
    return { reason: '', message: '' }
  }
}

function general(message: string): string {
  return message
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<uid>')
    .replace(/current: \d+/, 'current: N')
    .replace(/\(\d+\)/g, '(N)')
    .replace(/(patch: Invalid value: )"\{.*\}": /, '$1<object>: ')
}
