// The small parts: buttons, badges, avatars, states. They carry look and accessibility, never a decision.
import { Tooltip } from 'radix-ui';
import { Loader2, type LucideIcon } from 'lucide-react';
import { forwardRef, type ButtonHTMLAttributes, type ReactNode } from 'react';
import type { Presence } from '../api/wire';

type Look = 'primary' | 'secondary' | 'ghost' | 'danger' | 'note';

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: Look;
  small?: boolean;
  busy?: boolean;
  icon?: LucideIcon;
}

export const Button = forwardRef<HTMLButtonElement, ButtonProps>(function Button({ look = 'secondary', small, busy, icon: Icon, children, className = '', ...rest }, ref) {
  return (
    <button ref={ref} type="button" className={`button ${look} ${small ? 'small' : ''} ${className}`} {...rest} disabled={rest.disabled || busy} aria-busy={busy || undefined}>
      {busy ? <Loader2 size={15} className="spin" aria-hidden /> : Icon ? <Icon size={15} aria-hidden /> : null}
      {children}
    </button>
  );
});

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string;
  icon: LucideIcon;
  keys?: string | undefined;
  small?: boolean;
  pressed?: boolean;
}

/** A button without a text: its name is a tooltip and what screen readers say. */
export const IconButton = forwardRef<HTMLButtonElement, IconButtonProps>(function IconButton({ label, icon: Icon, keys, small, pressed, className = '', ...rest }, ref) {
  return (
    <Tip text={label} keys={keys}>
      <button ref={ref} type="button" className={`button icon ${small ? 'small' : ''} ${className}`} aria-label={label} aria-pressed={pressed} {...rest}>
        <Icon size={small ? 15 : 17} aria-hidden />
      </button>
    </Tip>
  );
});

export function Tip({ text, keys, children, side = 'bottom' }: { text: string; keys?: string | undefined; children: ReactNode; side?: 'top' | 'bottom' | 'right' }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="tip" sideOffset={6} side={side}>
          {text}
          {keys ? <kbd>{keys}</kbd> : null}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

export type Tone = 'plain' | 'ai' | 'good' | 'warn' | 'bad' | 'info' | 'note' | 'accent';

export function Badge({ tone = 'plain', icon: Icon, title, children }: { tone?: Tone; icon?: LucideIcon; title?: string; children: ReactNode }) {
  return (
    <span className={`badge ${tone}`} title={title}>
      {Icon ? <Icon size={12} aria-hidden /> : null}
      <span className="clip">{children}</span>
    </span>
  );
}

/** Initials in a colour that stays with the name. */
export function Avatar({ name, size = 32, presence }: { name: string; size?: number; presence?: Presence | undefined }) {
  const letters = [...name.trim()];
  const chinese = /\p{Script=Han}/u.test(name);
  const words = name.trim().split(/\s+/);
  const initials = chinese ? letters.slice(-2).join('') : ((words[0]?.[0] ?? '?') + (words.length > 1 ? (words.at(-1)?.[0] ?? '') : '')).toUpperCase();
  const hue = letters.reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360, 7);
  return (
    <span
      className="avatar"
      aria-hidden
      style={{ width: size, height: size, fontSize: Math.round(size * (chinese && initials.length > 1 ? 0.33 : 0.37)), background: `light-dark(hsl(${hue} 42% 88%), hsl(${hue} 28% 26%))`, color: `light-dark(hsl(${hue} 60% 22%), hsl(${hue} 60% 86%))` }}
    >
      {initials}
      {presence ? <i className={presence} /> : null}
    </span>
  );
}

export function Empty({ icon: Icon, title, children, action }: { icon: LucideIcon; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <Icon aria-hidden />
      <h2>{title}</h2>
      {children ? <p>{children}</p> : null}
      {action}
    </div>
  );
}

export function Skeleton({ height = 14, width = '100%' }: { height?: number; width?: number | string }) {
  return <div className="skeleton" style={{ height, width }} aria-hidden />;
}

export function Banner({ tone = 'info', icon: Icon, children, role }: { tone?: 'info' | 'warn' | 'bad' | 'good'; icon?: LucideIcon; children: ReactNode; role?: 'alert' | 'status' }) {
  return (
    <div className={`banner ${tone}`} role={role}>
      {Icon ? <Icon size={16} aria-hidden /> : null}
      <div className="grow">{children}</div>
    </div>
  );
}

/** A share of one, as a bar; `label` is what it says to those who cannot see it. */
export function Bar({ share, label, color }: { share: number; label: string; color?: string }) {
  const width = `${Math.max(0, Math.min(1, share)) * 100}%`;
  return (
    <div className="bar grow" role="img" aria-label={label}>
      <span style={{ width, ...(color ? { background: color } : {}) }} />
    </div>
  );
}
