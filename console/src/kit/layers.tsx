// What opens beside its button: menus and popovers. Focus and Escape are Radix's.
import { DropdownMenu, Popover as RadixPopover } from 'radix-ui';
import { Check, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';

export interface MenuItem {
  key: string;
  label: string;
  icon?: LucideIcon;
  keys?: string | undefined;
  checked?: boolean;
  disabled?: boolean;
  onSelect: () => void;
}
export type MenuPart = MenuItem | 'line' | { heading: string };

export function Menu({ trigger, parts, align = 'end', open, onOpenChange }: { trigger: ReactNode; parts: MenuPart[]; align?: 'start' | 'end' | 'center'; open?: boolean; onOpenChange?: (open: boolean) => void }) {
  return (
    <DropdownMenu.Root {...(open === undefined ? {} : { open })} {...(onOpenChange ? { onOpenChange } : {})} modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="layer" align={align} sideOffset={6} collisionPadding={8} loop>
          {parts.map((part, index) => {
            if (part === 'line') return <DropdownMenu.Separator className="separator" key={`line${index}`} />;
            if ('heading' in part) {
              return (
                <DropdownMenu.Label className="item-label" key={part.heading}>
                  {part.heading}
                </DropdownMenu.Label>
              );
            }
            const inside = (
              <>
                {part.icon ? <part.icon size={15} aria-hidden /> : null}
                <span className="grow">{part.label}</span>
                {part.checked ? <Check size={15} aria-hidden /> : null}
                {part.keys ? <kbd>{part.keys}</kbd> : null}
              </>
            );
            if (part.checked !== undefined) {
              return (
                <DropdownMenu.CheckboxItem className="item" key={part.key} checked={part.checked} disabled={part.disabled ?? false} onSelect={part.onSelect}>
                  {inside}
                </DropdownMenu.CheckboxItem>
              );
            }
            return (
              <DropdownMenu.Item className="item" key={part.key} disabled={part.disabled ?? false} onSelect={part.onSelect}>
                {inside}
              </DropdownMenu.Item>
            );
          })}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export function Popover({ trigger, label, children, open, onOpenChange, align = 'start' }: { trigger: ReactNode; label: string; children: ReactNode; open?: boolean; onOpenChange?: (open: boolean) => void; align?: 'start' | 'end' }) {
  return (
    <RadixPopover.Root {...(open === undefined ? {} : { open })} {...(onOpenChange ? { onOpenChange } : {})}>
      <RadixPopover.Trigger asChild>{trigger}</RadixPopover.Trigger>
      <RadixPopover.Portal>
        <RadixPopover.Content className="layer" sideOffset={6} align={align} collisionPadding={8} aria-label={label}>
          {children}
        </RadixPopover.Content>
      </RadixPopover.Portal>
    </RadixPopover.Root>
  );
}
