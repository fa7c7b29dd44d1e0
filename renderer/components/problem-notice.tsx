import type { Problem } from '../../shared/errors/problem.ts';
import { Notice } from './notice.tsx';

interface ProblemNoticeProps {
  readonly problem: Problem;
  readonly onDismiss?: () => void;
}

/** What failed, why, and what to do. */
export function ProblemNotice({ problem, onDismiss }: ProblemNoticeProps) {
  return (
    <Notice title={problem.title} {...(onDismiss && { onDismiss })}>
      {problem.cause} {problem.remedy}
    </Notice>
  );
}
