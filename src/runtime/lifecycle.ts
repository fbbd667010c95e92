/** The life of a process: signals end it, what was opened is closed in reverse order, and nothing can hold it for ever. */
import type { Clock } from './clock.ts'

/** The part of `process` that is needed. */
export interface SignalSource {
  on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown
  off(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown
}

export interface LifecycleOptions {
  readonly process: SignalSource
  readonly clock: Clock
  /** Closing may take this long; then the process ends hard. Default 10 s. */
  readonly boundMs?: number
  /** `process.exit`; called with 130 on a second signal and 1 when the bound is exceeded. */
  readonly exit: (code: number) => void
  /** Told about what failed to close, and of a hard end. */
  readonly onError: (what: string, error: unknown) => void
}

export interface Lifecycle extends AsyncDisposable {
  /** Aborted by the first SIGINT or SIGTERM, or by `stop`. */
  readonly signal: AbortSignal
  stop(reason?: unknown): void
  /** Closes this at the end, after everything that is registered later. Returns it. */
  use<Resource extends AsyncDisposable>(name: string, resource: Resource): Resource
  onClose(name: string, close: () => Promise<void> | void): void
  /** Aborts and closes everything; a second call waits for the first. */
  close(): Promise<void>
}

export function createLifecycle(options: LifecycleOptions): Lifecycle {
  const controller = new AbortController()
  const closers: { readonly name: string; readonly close: () => Promise<void> | void }[] = []
  let closing: Promise<void> | undefined

  function onSignal(): void {
    if (controller.signal.aborted) {
      options.exit(130)
      return
    }
    controller.abort(new Error('stopped by a signal'))
  }
  options.process.on('SIGINT', onSignal)
  options.process.on('SIGTERM', onSignal)

  async function closeAll(): Promise<void> {
    controller.abort(new Error('stopped'))
    let current = ''
    const cancel = options.clock.after(options.boundMs ?? 10_000, () => {
      options.onError(current, new Error(`Cannot close ${current}: it takes too long`))
      options.exit(1)
    })
    for (let closer = closers.pop(); closer !== undefined; closer = closers.pop()) {
      current = closer.name
      try {
        await closer.close()
      } catch (error) {
        options.onError(closer.name, error)
      }
    }
    cancel()
    options.process.off('SIGINT', onSignal)
    options.process.off('SIGTERM', onSignal)
  }

  function close(): Promise<void> {
    closing ??= closeAll()
    return closing
  }

  return {
    signal: controller.signal,
    stop: (reason) => controller.abort(reason ?? new Error('stopped')),
    use(name, resource) {
      closers.push({ name, close: async () => resource[Symbol.asyncDispose]() })
      return resource
    },
    onClose: (name, run) => void closers.push({ name, close: run }),
    close,
    [Symbol.asyncDispose]: close,
  }
}
