/** Why a kubeconfig cannot be used. */

/** `Cannot load kubeconfig <path>: <detail>`. Never holds a value of the file. */
export class KubeconfigError extends Error {
  override readonly name = 'KubeconfigError'
  readonly path: string
  /** There is no file at all. */
  readonly missing: boolean

  constructor(path: string, detail: string, options: { missing?: boolean; cause?: unknown } = {}) {
    super(
      `Cannot load kubeconfig ${path}: ${detail}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.path = path
    this.missing = options.missing ?? false
  }
}
