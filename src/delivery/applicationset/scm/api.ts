/** Asking a code host over HTTP: JSON, pages, and errors that say who answered what. Effects are the injected `http`. */
import { getField } from '../../../kube/fields.ts'
import { parseJson } from '../../../kube/json.ts'
import type { GeneratorContext, HttpResponse } from '../context.ts'

export interface ApiOptions {
  readonly base: string
  readonly headers: Readonly<Record<string, string>>
  readonly insecure?: boolean | undefined
  readonly ca?: string | undefined
}

type Query = Readonly<Record<string, string | number | undefined>>

export interface Api {
  /** The body as JSON. Throws when the status is not 2xx or the body no JSON. */
  get(path: string, query?: Query): Promise<unknown>
  /** The same, but undefined for 404. */
  find(path: string, query?: Query): Promise<unknown>
  /** All items of all pages; `next` says from an answer what to ask for next, undefined at the end. */
  all(path: string, query: Query, pages: Pages): Promise<readonly unknown[]>
}

export interface Pages {
  items(body: unknown): unknown
  next(body: unknown, response: HttpResponse, count: number): Query | string | undefined
}

/** More pages than any organisation has; a host that never ends is an error, not a hang. */
const mostPages = 1000

export function createApi(context: GeneratorContext, options: ApiOptions): Api {
  const base = options.base.replace(/\/+$/, '')

  async function ask(url: string): Promise<HttpResponse> {
    return context.http({
      method: 'GET',
      url,
      headers: { accept: 'application/json', ...options.headers },
      ...(options.insecure === true ? { insecure: true } : {}),
      ...(options.ca === undefined ? {} : { ca: options.ca }),
    })
  }

  function urlOf(path: string, query: Query): string {
    const url = new URL(`${base}${path}`)
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value))
    return url.href
  }

  function bodyOf(url: string, response: HttpResponse): unknown {
    const shown = url.replace(/\?.*$/, '')
    if (response.status < 200 || response.status > 299) throw new Error(`${shown} answered ${response.status}`)
    try {
      return parseJson(response.body)
    } catch (error) {
      throw new Error(`${shown} answered with something that is not JSON`, { cause: error })
    }
  }

  return {
    async get(path, query = {}) {
      const url = urlOf(path, query)
      return bodyOf(url, await ask(url))
    },
    async find(path, query = {}) {
      const url = urlOf(path, query)
      const response = await ask(url)
      return response.status === 404 ? undefined : bodyOf(url, response)
    },
    async all(path, query, pages) {
      const items: unknown[] = []
      let url: string | undefined = urlOf(path, query)
      for (let page = 0; url !== undefined; page++) {
        if (page >= mostPages) throw new Error(`${url.replace(/\?.*$/, '')} has more than ${mostPages} pages`)
        const response = await ask(url)
        const body = bodyOf(url, response)
        const found = pages.items(body)
        if (!Array.isArray(found)) throw new Error(`${url.replace(/\?.*$/, '')} answered without a list`)
        items.push(...found)
        const next = pages.next(body, response, found.length)
        url = typeof next === 'object' ? urlOf(path, { ...query, ...next }) : next
      }
      return items
    },
  }
}

/** A plain list, and `Link: <...>; rel="next"` (GitHub, Gitea). */
export const linkPages: Pages = {
  items: (body) => body,
  next: (_body, { headers }) => /<([^>]+)>\s*;\s*rel="next"/.exec(headers['link'] ?? '')?.[1],
}

/** A plain list, and `X-Next-Page` (GitLab). */
export const nextPageHeader: Pages = {
  items: (body) => body,
  next: (_body, { headers }) => (headers['x-next-page'] ? { page: headers['x-next-page'] } : undefined),
}

/** `{values, next: URL}` (Bitbucket Cloud). */
export const nextUrlPages: Pages = {
  items: (body) => getField(body, 'values'),
  next: (body) => {
    const next = getField(body, 'next')
    return typeof next === 'string' && next !== '' ? next : undefined
  },
}

/** `{values, isLastPage, nextPageStart}` (Bitbucket Server). */
export const startPages: Pages = {
  items: (body) => getField(body, 'values'),
  next: (body) => {
    const start = getField(body, 'nextPageStart')
    return getField(body, 'isLastPage') === false && typeof start === 'number' ? { start } : undefined
  },
}

/** `{value, count}` in one page (Azure DevOps). */
export const valuePage: Pages = { items: (body) => getField(body, 'value'), next: () => undefined }

/** `{value}` with $skip and $top (Azure DevOps pull requests). */
export function skipPages(size: number): Pages {
  let seen = 0
  return {
    items: (body) => getField(body, 'value'),
    next: (_body, _response, count) => {
      seen += count
      return count < size ? undefined : { $skip: seen }
    },
  }
}

export function bearer(token: string | undefined): Record<string, string> {
  return token === undefined || token === '' ? {} : { authorization: `Bearer ${token}` }
}

export function basic(user: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
}
