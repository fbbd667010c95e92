/** A connection for tests. Pure. */
import { type Connection, concealing } from '../connection.ts'

export function connectionOf(parts: Partial<Connection> = {}): Connection {
  return concealing({
    name: 'test',
    server: 'https://127.0.0.1:6443',
    namespace: 'default',
    tls: { ca: undefined, insecure: false, serverName: undefined, client: undefined },
    proxyUrl: undefined,
    identity: { type: 'none' },
    ...parts,
  })
}
