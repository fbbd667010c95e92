/** The client through a real HTTP proxy that tunnels (CONNECT). */
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expect, test } from 'vitest'
import type { ApiResource } from './client.ts'
import { createKubeClient } from './http-client.ts'
import { createTestCertificate } from './testing/certificate.ts'
import { createEagerClock } from './testing/clock.ts'
import { sendJson, startTestServer } from './testing/server.ts'

const configMaps: ApiResource = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: '',
  namespaced: true,
  verbs: [],
  shortNames: [],
  subresources: [],
}

async function startProxy(tunnels: string[]) {
  const server = createServer()
  server.on('connect', (request, socket) => {
    tunnels.push(`${request.url} ${request.headers['proxy-authorization'] ?? ''}`.trim())
    const [host = '', port = ''] = (request.url ?? '').split(':')
    const target = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      socket.pipe(target).pipe(socket)
    })
    target.on('error', () => socket.destroy())
    socket.on('error', () => target.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('requests and watches go through the proxy, TLS ends at the API server', async () => {
  const certificate = createTestCertificate('api')
  const tunnels: string[] = []
  await using proxy = await startProxy(tunnels)
  await using server = await startTestServer((request, response) => {
    if (request.url.includes('watch=true'))
      response.writeHead(200).end('{"type":"BOOKMARK","object":{"metadata":{}}}\n')
    else sendJson(response, 200, { kind: 'ConfigMap' })
  }, certificate)
  const connection = { ...server.connection(), proxyUrl: `http://user:word@127.0.0.1:${proxy.port}` }
  await using client = createKubeClient(connection, { clock: createEagerClock(), random: () => 0.5 })
  await client.get(configMaps, 'a', 'b')
  await Array.fromAsync(client.watch(configMaps, { resourceVersion: '1' }))
  const expected = `${new URL(server.url).host} Basic ${btoa('user:word')}`
  expect(tunnels).toEqual([expected, expected])
})

test('a proxy that is down is named as such, without its password', async () => {
  const proxy = await startProxy([])
  await proxy[Symbol.asyncDispose]()
  await using server = await startTestServer(
    (_request, response) => sendJson(response, 200, {}),
    createTestCertificate('api'),
  )
  const connection = { ...server.connection(), proxyUrl: `http://user:hunter2@127.0.0.1:${proxy.port}` }
  await using client = createKubeClient(connection, { clock: createEagerClock(), random: () => 0.5 })
  const error = await client.get(configMaps, 'a', 'b').catch((reason: unknown) => reason)
  expect(String(error)).toContain(
    `the API server ${server.url} (through the proxy http://127.0.0.1:${proxy.port}) refused the connection`,
  )
  expect(String(error)).not.toContain('hunter2')
})
