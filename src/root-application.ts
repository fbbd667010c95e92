/** The application that nobody wrote: the path that `up` was pointed at. Looks only whether a directory exists. */
import { existsSync, statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { Application } from './api/application.ts'

export interface RootOptions {
  /** URL, or a directory as the person typed it. */
  readonly repo: string
  readonly revision: string
  readonly path: string | undefined
}

/**
 * Automated sync, prune and self-heal are on: whoever runs `up` on a path wants the cluster to be like it. Finalizers are of no
 * concern, for the root is never deleted.
 */
export function rootApplication(options: RootOptions): Application {
  const repoURL = localDirectory(options.repo) ?? options.repo
  const path = options.path ?? '.'
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: rootName(repoURL, path), namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL, path, targetRevision: options.revision },
      destination: { server: 'https://kubernetes.default.svc' },
      syncPolicy: { automated: { prune: true, selfHeal: true } },
    },
  }
}

/** A directory is meant relative to where the person stands. */
function localDirectory(repo: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(repo)) return undefined
  const path = resolve(repo)
  return existsSync(path) && statSync(path).isDirectory() ? path : undefined
}

/** The repository's name, as a Kubernetes name: `git@host:team/My_Fleet.git` -> `my-fleet`. */
export function rootName(repoURL: string, path: string): string {
  const repository = basename(repoURL.replace(/[/]+$/, '')).replace(/\.git$/, '')
  const text = repository === '' || repository === '.' ? basename(path) : repository
  const name = text
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return name === '' ? 'root' : name
}
