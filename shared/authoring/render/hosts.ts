import type { ControllerPlan, RenderedFile } from './controller-plan.ts';

/** The lines for a controller's hosts file (hosts(5)), because no helper writes them there. */
export function renderHosts(plan: ControllerPlan): RenderedFile[] {
  const lines = plan.names.map(({ address, names }) => `${address} ${names.join(' ')}\n`);
  const head = `# Machines of ${plan.network}, made by \`homing network render\`.\n`;
  return [{ path: '/etc/hosts', text: `${head}${lines.join('')}`, secret: false }];
}
