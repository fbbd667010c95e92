/** The server and the built page over a running system, for a browser. Effects. */
import { join } from 'node:path'
import { systemClock } from '../../src/runtime/clock.ts'
import { silentLogger } from '../../src/runtime/logger.ts'
import { createMetrics } from '../../src/runtime/metrics.ts'
import type { Engine } from '../../src/server/engine.ts'
import { createServer, listen } from '../../src/server/server.ts'
import { createSessions } from '../../src/server/sessions.ts'
import { signInPath } from '../../src/server/sign-in-path.ts'
import { createWebPage } from '../../src/web-page.ts'

export interface StartedPage extends AsyncDisposable {
  readonly url: string
  /** A fresh link that signs in once. */
  signInLink(): string
  /** Ends the server and all its connections, and starts it again at the same address with the same sessions. */
  restart(between?: () => Promise<void>): Promise<void>
}

export async function startPage(engine: Engine): Promise<StartedPage> {
  const page = createWebPage({ projectDir: join(import.meta.dirname, '..', '..'), logger: silentLogger })
  await page.ensure(new AbortController().signal)
  const state = page.state()
  if (state.state !== 'ready') throw new Error(`the page is ${JSON.stringify(state)}`)
  const sessions = createSessions(systemClock)
  const make = () =>
    createServer({
      engine,
      token: 'a-token-for-tests',
      metrics: createMetrics({ processMetrics: false }),
      logger: silentLogger,
      version: 'test',
      clock: systemClock,
      sessions,
      page: page.state,
    })
  let server = make()
  const url = await listen(server, { port: 0 })
  const stop = async () => {
    server.server.closeAllConnections()
    await server.close()
  }
  return {
    url,
    signInLink: () => `${url}${signInPath(sessions.createCode())}`,
    async restart(between) {
      await stop()
      await between?.()
      server = make()
      await listen(server, { port: Number(new URL(url).port) })
    },
    [Symbol.asyncDispose]: stop,
  }
}
