/** The web page: built files from a folder, with strict headers. Effect: reads the folder. */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Where the built page is, or why there is none (yet). */
export type PageState =
  | { readonly state: 'ready'; readonly directory: string }
  | { readonly state: 'building' }
  | { readonly state: 'missing'; readonly message: string }

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
}

/** No script or style in the page itself, nothing from elsewhere, no framing. Styles that scripts set on elements are not meant by it. */
export const pageHeaders = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
}

/** Every GET that no route of the API takes: a file, or the page itself for the addresses that exist only in it. */
export function pagePlugin(scope: FastifyInstance, { page }: { page: () => PageState }, done: () => void): void {
  scope.get('/*', { config: { access: 'open' } }, async (request, reply) => {
    reply.headers(pageHeaders)
    const path = decodedPath(request)
    if (path === undefined || path.startsWith('/api/')) return reply.callNotFound()
    const state = page()
    if (state.state !== 'ready') return notThere(reply, state)
    const found = fileIn(state.directory, path)
    if (found !== undefined && extname(found) !== '' && (await isFile(found))) return send(reply, found, path)
    // A file that does not exist is not the page: a script tag would get HTML.
    if (path.startsWith('/assets/')) return reply.callNotFound()
    return send(reply, join(state.directory, 'index.html'), '/')
  })
  done()
}

function decodedPath(request: FastifyRequest): string | undefined {
  try {
    return decodeURIComponent(request.url.split('?', 1)[0] ?? '/')
  } catch {
    return undefined
  }
}

/** The file a path names, undefined when it would leave the folder. */
export function fileIn(directory: string, path: string): string | undefined {
  if (path.includes('\0') || path.includes('\\')) return undefined
  const file = normalize(join(directory, path))
  return file.startsWith(directory + sep) ? file : undefined
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}

/** Names below assets/ carry a digest of their content, so they never change. */
function send(reply: FastifyReply, file: string, path: string): FastifyReply {
  reply.type(types[extname(file)] ?? 'application/octet-stream')
  reply.header('cache-control', path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
  return reply.send(createReadStream(file))
}

function notThere(reply: FastifyReply, state: Exclude<PageState, { state: 'ready' }>): FastifyReply {
  const building = state.state === 'building'
  const text = building
    ? 'The page is being built; that takes a few seconds and happens once. It shows itself when it is done.'
    : `The page is not there: ${state.message}`
  const refresh = building ? '<meta http-equiv="refresh" content="2">' : ''
  reply.code(503).type('text/html; charset=utf-8').header('retry-after', '2')
  return reply.send(
    `<!doctype html><html lang="en"><head><meta charset="utf-8">${refresh}<title>Halcyon</title></head><body><h1>Halcyon</h1><p>${escaped(text)}</p><p>The API and the command line work meanwhile: <code>halcyon status</code></p></body></html>\n`,
  )
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
