/** A TCP proxy on loopback that can refuse, cut, and delay: how a network fails, in front of any server. TLS passes through it. Effects. */

import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server, type Socket } from 'node:net'

export interface TcpProxy extends AsyncDisposable {
  /** The server's URL, by way of the proxy. */
  readonly url: string
  /** Ends every connection and refuses new ones until `restore`. */
  refuse(): Promise<void>
  restore(): Promise<void>
  /** Ends every connection; new ones are accepted. */
  cut(): void
  /** Milliseconds that every piece of an answer is late. */
  delayMs: number
}

export async function startTcpProxy(server: string): Promise<TcpProxy> {
  const target = new URL(server)
  const sockets = new Set<Socket>()
  const state: { listener: Server; port: number; delayMs: number } = { listener: createServer(), port: 0, delayMs: 0 }

  function onConnection(client: Socket): void {
    const upstream = connect({ host: target.hostname, port: Number(target.port) })
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.pipe(upstream)
    upstream.on('data', (chunk) => {
      if (state.delayMs === 0) client.write(chunk)
      else setTimeout(() => client.writable && client.write(chunk), state.delayMs)
    })
  }

  async function listen(): Promise<void> {
    state.listener = createServer(onConnection)
    await new Promise<void>((resolve, reject) => {
      state.listener.once('error', reject)
      state.listener.listen(state.port, '127.0.0.1', resolve)
    })
    state.port = (state.listener.address() as AddressInfo).port
  }

  function cut(): void {
    for (const socket of sockets) socket.destroy()
  }

  async function refuse(): Promise<void> {
    const closed = new Promise((resolve) => state.listener.close(resolve))
    cut()
    await closed
  }

  await listen()
  return {
    url: `${target.protocol}//127.0.0.1:${state.port}`,
    refuse,
    restore: listen,
    cut,
    get delayMs() {
      return state.delayMs
    },
    set delayMs(ms) {
      state.delayMs = ms
    },
    [Symbol.asyncDispose]: refuse,
  }
}
