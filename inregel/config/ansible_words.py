"""Keywords of Ansible that are not keywords here, each with what to write instead.

People who know Ansible type them; an error that only says "unknown key" would send them looking.
The list is that of the keywords that ansible-core accepts on plays and tasks, less those that inregel shares.
"""

from __future__ import annotations

from typing import Final

_LOOP: Final = "`loop: [...]`; the item is `item`, or the name in `loop_control: {loop_var: ...}`"
_READS: Final = "nothing; how a system is reached stands under `connections:` of the office in the inventory"
_ORDER: Final = "one list `tasks:`; what comes first follows from what a module rests on, or from `needs: [...]`"
_FAILS: Final = "nothing; a task that fails stops its office only, and `max_fail_percentage:` of the play stops all"
_RESULT: Final = (
    "nothing; a module reads what others declare by itself. For the order alone: `needs: [NAME OF THE TASK]`"
)
_REUSE: Final = "`import_tasks: FILE`; the tasks of that file stand there as if typed"
_BLOCK: Final = "the tasks one by one, each with its own `when:` and `tags:`, or `import_tasks: FILE`"
_AGAIN: Final = "nothing; drivers try again by themselves, and what waits goes on with the next `inregel apply`"
_FACTS: Final = "nothing; what a module needs is read once per connection, before the plan"
_ALONE: Final = "a play for that office: `offices: NAME`"
_NEEDS: Final = "`needs: [NAME OF THE TASK]` where the order matters; there are no handlers"
_MODULE: Final = "the module as the key: `assu.postbus: {numbers: [...]}`"

_INSTEAD: Final[dict[str, str]] = {
    "hosts": "`offices:` with the same pattern, such as `offices: nl:!utrecht`",
    "roles": "the tasks under `tasks:`, or `import_tasks: FILE`",
    "include_role": _REUSE,
    "import_role": _REUSE,
    "include_tasks": _REUSE,
    "include": _REUSE,
    "include_vars": "`vars_files: [FILE]` on the play",
    "import_playbook": "nothing; name both on the command line: `inregel validate A.yml B.yml`",
    "block": _BLOCK,
    "rescue": _BLOCK,
    "always": _BLOCK,
    "register": _RESULT,
    "changed_when": "nothing; the plan compares, so only a difference is a change",
    "failed_when": "nothing; a task has failed when what it reaches is not found afterwards",
    "set_fact": "`vars:` on the play or the task",
    "notify": _NEEDS,
    "listen": _NEEDS,
    "handlers": "the same under `tasks:`, with `needs: [NAME OF THE TASK]` where the order matters",
    "force_handlers": "nothing; there are no handlers",
    "pre_tasks": _ORDER,
    "post_tasks": _ORDER,
    "gather_facts": _FACTS,
    "gather_subset": _FACTS,
    "gather_timeout": _FACTS,
    "fact_path": _FACTS,
    "become": _READS,
    "become_user": _READS,
    "become_method": _READS,
    "become_flags": _READS,
    "become_exe": _READS,
    "remote_user": _READS,
    "port": _READS,
    "environment": _READS,
    "local_action": _MODULE,
    "action": _MODULE,
    "args": _MODULE,
    "delegate_to": _ALONE,
    "delegate_facts": _ALONE,
    "run_once": _ALONE,
    "collections": "modules by their full name, `assu.postbus`; your own stand in the folder modules/",
    "module_defaults": 'shared values under `vars:`, used in each task: `email: "{{ email }}"`',
    "ignore_errors": _FAILS,
    "ignore_unreachable": _FAILS,
    "any_errors_fatal": "`max_fail_percentage: 0` on the play",
    "strategy": "nothing; offices go on independently, and `serial:` on the play makes batches",
    "throttle": "nothing; each connection has its own limit, and `--forks` bounds all of them",
    "order": "nothing; offices come in the order of the inventory",
    "forks": "nothing here, and on the command line `--forks 10`",
    "check_mode": "nothing; `inregel plan` shows what would be done, and changes nothing",
    "diff": "nothing; `inregel plan` always shows the difference",
    "debugger": "nothing; `inregel explain OFFICE RESOURCE` says where every value comes from",
    "no_log": "nothing; secrets are never shown (`!vault |` or `{{ secret('name') }}`)",
    "vars_prompt": "nothing here; values by `--extra-vars name=value`, secrets by `inregel secret set NAME`",
    "async": _AGAIN,
    "poll": _AGAIN,
    "until": _AGAIN,
    "retries": _AGAIN,
    "delay": _AGAIN,
    "timeout": _AGAIN,
    "validate_argspec": "nothing; the arguments of every module are checked against its schema",
    "with_dict": '`loop: "{{ NAME | dict2items }}"`; the item has `item.key` and `item.value`',
}


def instead(keyword: str) -> str:
    """What to write in place of an Ansible keyword that is not one here; "" where it is none of them.

    It follows on the words "write instead:".
    """
    if keyword.startswith("with_"):
        return _INSTEAD.get(keyword, _LOOP)
    return _INSTEAD.get(keyword.removeprefix("ansible.builtin."), "")


def keywords() -> frozenset[str]:
    """All keywords that `instead` knows by name."""
    return frozenset(_INSTEAD)
