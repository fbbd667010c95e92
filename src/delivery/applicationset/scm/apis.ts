/** One API per code host: where it is, and how to say who asks. Shared by the SCM provider and the pull request generator. */
import type { Generation } from '../generation.ts'
import { configMapRef, secretRef } from '../secrets.ts'
import { type Api, basic, bearer, createApi } from './api.ts'
import { installationToken } from './github-app.ts'

type Ref = { readonly secretName: string; readonly key: string } | undefined
type CaRef = { readonly configMapName: string; readonly key: string } | undefined

interface Trust {
  readonly insecure?: boolean | undefined
  readonly caRef?: CaRef
}

export async function githubApi(
  config: { readonly api?: string | undefined; readonly tokenRef?: Ref; readonly appSecretName?: string | undefined },
  { context, namespace }: Generation,
): Promise<Api> {
  const base = githubBase(config.api ?? '')
  const app = config.appSecretName ?? ''
  const token =
    app === ''
      ? await secretRef(context, namespace, config.tokenRef)
      : await installationToken(context, namespace, app, base)
  return createApi(context, {
    base,
    headers: { ...bearer(token), accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
  })
}

/** An address of GitHub Enterprise gets /api/v3, unless it is an API address already. */
function githubBase(api: string): string {
  if (api === '') return 'https://api.github.com'
  const url = new URL(api)
  const isApi = url.host.startsWith('api.') || url.host.includes('.api.') || /\/api\/v3\/?$/.test(url.pathname)
  return isApi ? api : `${api.replace(/\/+$/, '')}/api/v3`
}

export async function gitlabApi(
  config: Trust & { readonly api?: string | undefined; readonly tokenRef?: Ref },
  { context, namespace }: Generation,
): Promise<Api> {
  const api = (config.api || 'https://gitlab.com').replace(/\/+$/, '')
  const token = await secretRef(context, namespace, config.tokenRef)
  return createApi(context, {
    base: api.endsWith('/api/v4') ? api : `${api}/api/v4`,
    headers: token === undefined || token === '' ? {} : { 'private-token': token },
    insecure: config.insecure,
    ca: await configMapRef(context, namespace, config.caRef),
  })
}

export async function giteaApi(
  config: { readonly api: string; readonly tokenRef?: Ref; readonly insecure?: boolean | undefined },
  { context, namespace }: Generation,
): Promise<Api> {
  const token = await secretRef(context, namespace, config.tokenRef)
  return createApi(context, {
    base: `${config.api.replace(/\/+$/, '')}/api/v1`,
    headers: token === undefined || token === '' ? {} : { authorization: `token ${token}` },
    insecure: config.insecure,
  })
}

interface BitbucketAuth {
  readonly basicAuth?: { readonly username: string; readonly passwordRef: Ref } | undefined
  readonly bearerToken?: { readonly tokenRef: Ref } | undefined
}

async function bitbucketHeaders(config: BitbucketAuth, generation: Generation): Promise<Record<string, string>> {
  const { context, namespace } = generation
  if (config.bearerToken !== undefined) return bearer(await secretRef(context, namespace, config.bearerToken.tokenRef))
  if (config.basicAuth === undefined) return {}
  return basic(config.basicAuth.username, (await secretRef(context, namespace, config.basicAuth.passwordRef)) ?? '')
}

export async function bitbucketApi(
  config: BitbucketAuth & { readonly api?: string | undefined },
  generation: Generation,
): Promise<Api> {
  return createApi(generation.context, {
    base: config.api || 'https://api.bitbucket.org/2.0',
    headers: await bitbucketHeaders(config, generation),
  })
}

export async function bitbucketServerApi(
  config: BitbucketAuth & Trust & { readonly api: string },
  generation: Generation,
): Promise<Api> {
  const api = config.api.replace(/\/+$/, '')
  return createApi(generation.context, {
    base: `${api.endsWith('/rest') ? api : `${api}/rest`}/api/1.0`,
    headers: {
      ...(await bitbucketHeaders(config, generation)),
      // Without these, Bitbucket takes a request for one of another site's page.
      'x-atlassian-token': 'no-check',
      'x-requested-with': 'XMLHttpRequest',
    },
    insecure: config.insecure,
    ca: await configMapRef(generation.context, generation.namespace, config.caRef),
  })
}

export async function azureApi(
  config: { readonly api?: string | undefined; readonly organization: string; readonly tokenRef: Ref },
  { context, namespace }: Generation,
): Promise<Api> {
  const token = await secretRef(context, namespace, config.tokenRef)
  return createApi(context, {
    base: `${(config.api || 'https://dev.azure.com').replace(/\/+$/, '')}/${encodeURIComponent(config.organization)}`,
    headers: token === undefined || token === '' ? {} : basic('', token),
  })
}
