/** A kubeconfig that leads to a sandbox. Pure. */

/** JSON, which is YAML: kubectl and helm read it. `caPem` is left out for plain HTTP; `name` is that of the context. */
export function kubeconfigText(options: {
  url: string
  token: string
  caPem: string | undefined
  name?: string
}): string {
  const { url, token, caPem, name = 'halcyon-sandbox' } = options
  const cluster: Record<string, unknown> = { server: url }
  if (caPem !== undefined) cluster['certificate-authority-data'] = Buffer.from(caPem).toString('base64')
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    'current-context': name,
  }
  return `${JSON.stringify(config, undefined, 2)}\n`
}
