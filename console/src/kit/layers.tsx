// What lies above the page: dialogs, menus, popovers, tabs. Focus and Escape are Radix's.
import { Dialog as RadixDialog, DropdownMenu, Popover as RadixPopover, Tabs as RadixTabs } from 'radix-ui';
import { Check, X, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { useWords } from '../words';
import { IconButton } from './basics';

export function Dialog({ open, onOpenChange, title, hint, wide, children }: { open: boolean; onOpenChange: (open: boolean) => void; title: string; hint?: string; wide?: boolean; children: ReactNode }) {
  const w = useWords();
  return (
    <RadixDialog.Root open={open} onOpenChange={onOpenChange}>
      <RadixDialog.Portal>
        <RadixDialog.Overlay className="scrim" />
        <RadixDialog.Content
          className={`dialog ${wide ? 'wide' : ''}`}
          onOpenAutoFocus={(event) => {
            // To where something is written, else to the dialog itself: the button that closes it is not what people came for.
            event.preventDefault();
            const content = event.currentTarget;
            if (!(content instanceof HTMLElement) || content.contains(document.activeElement)) return;
            (content.querySelector<HTMLElement>('input, select, textarea') ?? content).focus();
          }}
          {...(hint ? {} : { 'aria-describedby': undefined })}>
          <div className="dialog-head">
            <div className="grow">
              <RadixDialog.Title asChild>
                <h2>{title}</h2>
              </RadixDialog.Title>
              {hint ? <RadixDialog.Description className="muted">{hint}</RadixDialog.Description> : null}
            </div>
            <RadixDialog.Close asChild>
              <IconButton label={w.close} icon={X} small />
            </RadixDialog.Close>
          </div>
          {children}
        </RadixDialog.Content>
      </RadixDialog.Portal>
    </RadixDialog.Root>
  );
}

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

export interface TabPart {
  key: string;
  label: ReactNode;
  content: ReactNode;
}

export function Tabs({ value, onChange, tabs, label }: { value: string; onChange: (value: string) => void; tabs: TabPart[]; label: string }) {
  return (
    <RadixTabs.Root value={value} onValueChange={onChange} className="tabs-root">
      <RadixTabs.List className="tabs" aria-label={label}>
        {tabs.map((tab) => (
          <RadixTabs.Trigger className="tab" value={tab.key} key={tab.key}>
            {tab.label}
          </RadixTabs.Trigger>
        ))}
      </RadixTabs.List>
      {tabs.map((tab) => (
        <RadixTabs.Content value={tab.key} key={tab.key} className="tab-body" tabIndex={-1}>
          {tab.content}
        </RadixTabs.Content>
      ))}
    </RadixTabs.Root>
  );
}
