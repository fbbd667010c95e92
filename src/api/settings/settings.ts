/** The system-wide settings, as Argo CD keeps them in the ConfigMap `argocd-cm`, one member per topic. Pure. */
import { type Customizations, parseCustomizations } from './customizations.ts'
import { parseRendering, type RenderingSettings } from './rendering.ts'

export interface Settings {
  /** `resource.customizations*`: health and actions per kind. */
  readonly customizations: Customizations
  /** Tools that are on, kustomize's options and versions, schemes of value files. */
  readonly rendering: RenderingSettings
  /** What could not be read, each naming its key. The rest is in force. */
  readonly problems: readonly string[]
}

export const settingsName = 'argocd-cm'

/** `data` of the ConfigMap. Keys that are not known here are left alone. Never throws. */
export function parseSettings(data: Readonly<Record<string, string>>): Settings {
  const problems: string[] = []
  return { customizations: parseCustomizations(data, problems), rendering: parseRendering(data, problems), problems }
}

export const noSettings: Settings = parseSettings({})
