"""How merging.py calls each method: parameters, numbers of models, places of the base."""

from dataclasses import dataclass, field


@dataclass
class Setting:
    """Arguments of one call: what all inputs share, each input's own, where the base stands."""

    name: str
    shared: dict
    models: list
    base: int | None


@dataclass
class Plan:
    """The calls of one method: tried on everything, tried on a large tensor, to be refused."""

    settings: list
    large: Setting
    refused: list = field(default_factory=list)
    random: bool = False
    kinds: list = field(default_factory=list)


def setting(name, *others, base=0, **shared):
    """A setting whose base, if any, has no parameters; `factor` stands for lambda."""
    models = [dict(other) for other in others]
    if base is not None:
        models.insert(base, {})
    if "factor" in shared:
        shared["lambda"] = shared.pop("factor")
    return Setting(name, shared, models, base)


def weighted(*weights, **more):
    """Models of these weights that share their other parameters."""
    return [{"weight": weight} | more for weight in weights]


def linear():
    plain = [
        setting("two", *weighted(0.3, 0.7), base=None),
        setting("three", *weighted(1.0, 2.5, -0.5), base=None),
        setting("four", *weighted(0.1, 0.2, 0.3, 0.15), base=None),
        setting("one", *weighted(0.35), base=None),
        setting("sum", *weighted(0.3, 0.7, 1e-3), base=None, normalize=False),
        setting("cancel", *weighted(1.0, -1.0), base=None),
        setting("nothing", *weighted(0.0, 0.0), base=None, normalize=False),
        setting("large", *weighted(1e20, -3e19), base=None),
    ]
    with_base = Setting("base", {}, weighted(1.0, 0.25, 0.5), 1)
    missing = Setting("no-weight", {}, [{"weight": 1.0}, {}], None)
    unknown = setting("unknown", *weighted(1.0, 1.0), base=None, density=0.5)
    word = setting("word", {"weight": "heavy"}, {"weight": 1.0}, base=None)
    return Plan([*plain, with_base], plain[0], [missing, unknown, word], kinds=["infinite"])


def family_refused(**more):
    """What every method of the task family must refuse."""
    return [
        setting("no-base", *weighted(1.0, 1.0, **more), base=None),
        setting("no-weight", {}, {}),
        setting("unknown", *weighted(1.0), t=0.5),
        setting("word", *weighted(1.0), normalize="perhaps"),
    ]


def common():
    """Settings of the task family that do not depend on the way of thinning."""
    return [
        setting("two", *weighted(0.6, 0.4)),
        setting("normalized", *weighted(0.7, 0.9, 0.3), base=3, normalize=True),
        setting("plain", *weighted(1.0, -0.5), normalize=False, base=1),
        setting("alone", *weighted(1.3), factor=0.7),
        setting("base-only"),
        setting("cancel", *weighted(0.5, -0.5), normalize=True),
        setting("cancel-sum", *weighted(0.5, -0.5), normalize=False, factor=-1.5),
        setting("weightless", *weighted(0.0, 1.0), int8_mask=True, factor=0.0),
    ]


def task_arithmetic():
    settings = common() + [
        setting("ignored", *weighted(1.0, 0.5, density=0.1), rescale=True),
        setting("nearly", *weighted(1e-9, 5e-9), normalize=True),
    ]
    return Plan(settings, settings[0], family_refused())


def thinned(densities, random=False, signed=False, **more):
    """The settings of a method that keeps a share of the elements."""
    settings = common() + [
        setting(f"d{number}", *weighted(0.8, 0.5, density=density, **more))
        for number, density in enumerate(densities)
    ]
    settings += [
        setting("rescaled", *weighted(0.8, 0.5, density=0.5, **more), rescale=True),
        setting("kept", *weighted(0.8, 0.5, density=0.5, **more), rescale=False),
        setting("mixed", {"weight": 1.0, "density": 0.7} | more, {"weight": -0.4, "density": 1.0},
                {"weight": 0.6, "density": 0.4} | more, base=2, rescale=True, normalize=True),
    ]
    if signed:
        settings.append(setting("bytes", *weighted(1.0, 2.0, 0.5, density=0.6, **more),
                                int8_mask=True, base=1))
    large = setting("large", *weighted(0.8, 0.5, density=0.45, **more))
    order = settings[8:] + settings[:8]
    return Plan(order, large, family_refused(), random=random)


def breadcrumbs(signed):
    plan = thinned([0.5, 0.29, 0.0, 1.0], signed=signed)
    for name, density, gamma in (
        ("crumbs", 0.5, 0.2), ("all-top", 0.5, 1.0), ("no-top", 0.6, 0.0),
        ("shrunk", 0.9, 0.3), ("negative", 0.5, -0.1),
    ):
        plan.settings.append(setting(name, *weighted(0.8, 0.5, density=density, gamma=gamma)))
    plan.large = setting("large", *weighted(0.8, 0.5, density=0.45, gamma=0.05))
    return plan


def della(signed):
    plan = thinned([0.5, 0.29, 0.0, 1.0, -1.0, 2.0], True, signed, epsilon=0.1)
    plan.settings.append(setting("default", *weighted(0.8, 0.5, density=0.5)))
    plan.settings.append(setting("even", *weighted(0.8, 0.5, density=0.5, epsilon=0.0)))
    plan.settings.append(setting("falling", *weighted(0.8, 0.5, density=0.5, epsilon=-0.2)))
    plan.refused += [
        setting("low", *weighted(1.0, density=0.1)),
        setting("high", *weighted(1.0, density=0.9)),
    ]
    return plan


def slerp():
    settings = [setting(f"t{number}", {}, t=t, base=number % 2)
                for number, t in enumerate([0.3, 0.5, 0.0, 1.0, 0.85, -0.2, 1.5])]
    refused = [
        setting("no-base", {}, {}, base=None, t=0.5), setting("three", {}, {}, t=0.5),
        setting("one", t=0.5), setting("no-t", {}),
    ]
    return Plan(settings, settings[0], refused)


def nuslerp():
    settings = [
        setting("flat", *weighted(0.6, 0.4), base=None),
        setting("based", *weighted(0.3, 0.9)),
        setting("rows", *weighted(0.6, 0.4), base=None, nuslerp_flatten=False),
        setting("columns", *weighted(0.6, 0.4), base=None, nuslerp_flatten=False,
                nuslerp_row_wise=True),
        setting("rows-based", *weighted(2.0, 1.0), base=1, nuslerp_flatten=False),
        setting("columns-based", *weighted(0.2, 0.7), base=2, nuslerp_flatten=False,
                nuslerp_row_wise=True),
        setting("flat-columns", *weighted(0.6, 0.4), nuslerp_row_wise=True, base=None),
        setting("cancel", *weighted(0.5, -0.5), base=None),
        setting("beyond", *weighted(1.5, -0.5), base=None),
        setting("first", *weighted(1.0, 0.0), base=None),
    ]
    refused = [
        setting("three", *weighted(1.0, 1.0, 1.0), base=None),
        setting("one", *weighted(1.0)),
        setting("no-weight", {}, {}, base=None),
    ]
    return Plan(settings, settings[1], refused)


def multislerp():
    settings = [
        setting("three", *weighted(0.5, 0.3, 0.2), base=None),
        setting("based", *weighted(1.0, 2.0)),
        setting("four", *weighted(1.0, 1.0, 0.5, 0.25), base=None),
        setting("two", *weighted(0.5, 0.5), base=None),
        setting("raw", *weighted(0.5, 0.8, 0.1), base=2, normalize_weights=False),
        setting("one", *weighted(0.7), base=None),
        setting("one-based", *weighted(0.7)),
        setting("eps", *weighted(0.6, 0.4), base=None, eps=0.1),
        setting("two-based", *weighted(0.5, 0.5), base=1),
    ]
    refused = [
        setting("base-only"), setting("no-weight", {}, {}, base=None),
        setting("balanced", *weighted(1.0, 1.0, 1.0, 1.0), base=None),
    ]
    return Plan(settings, settings[1], refused)


def karcher():
    settings = [
        setting("three", {}, {}, {}, base=None),
        setting("two", {}, {}, base=None),
        setting("based", {}, {}, base=1),
        setting("four", {}, {}, {}, {}, base=None),
        setting("still", {}, {}, {}, base=None, max_iter=0),
        setting("once", {}, {}, {}, base=None, max_iter=1),
        setting("coarse", {}, {}, {}, base=None, tol=0.05),
        setting("long", {}, {}, {}, base=None, max_iter=100, tol=1e-9),
        setting("one", {}, base=None),
    ]
    refused = [setting("half", {}, {}, base=None, max_iter=2.5),
               setting("weighted", {}, {}, base=None, weight=[1.0, 1.0])]
    return Plan(settings, settings[1], refused)


def model_stock():
    settings = [
        setting("two", {}, {}),
        setting("three", {}, {}, {}, base=1),
        setting("filters", {}, {}, filter_wise=True),
        setting("three-filters", {}, {}, {}, base=3, filter_wise=True),
    ]
    refused = [setting("one", {}), setting("no-base", {}, {}, {}, base=None)]
    return Plan(settings, settings[0], refused)


def nearswap():
    settings = [setting(f"t{number}", {}, t=t, base=number % 2)
                for number, t in enumerate([0.001, 0.1, 0.0, 1.0, 1e-6, -0.1])]
    refused = [setting("no-base", {}, {}, base=None, t=0.1), setting("three", {}, {}, t=0.1),
               setting("no-t", {})]
    return Plan(settings, settings[0], refused)


def sce():
    settings = [
        setting("all", {}, {}),
        setting("half", {}, {}, {}, base=1, select_topk=0.5),
        setting("share", {}, {}, {}, {}, select_topk=0.29),
        setting("none", {}, {}, select_topk=0.0),
        setting("bytes", {}, {}, {}, base=3, int8_mask=True, select_topk=0.8),
        setting("one", {}),
        setting("one-half", {}, select_topk=0.5),
        setting("tiny", {}, {}, select_topk=1e-4),
        setting("beyond", {}, {}, select_topk=1.5),
        setting("base-only"),
    ]
    large = setting("large", {}, {}, select_topk=0.45)
    return Plan(settings, large, [setting("no-base", {}, {}, base=None)])


def ram(**extremes):
    settings = [
        setting("two", {}, {}),
        setting("three", {}, {}, {}, base=1),
        setting("coarse", {}, {}, {}, base=3, epsilon=0.003),
        setting("exact", {}, {}, {}, {}, epsilon=0.0),
        setting("one", {}),
        setting("base-only"),
    ]
    settings += [setting(f"e{number}", {}, {}, {}, **extreme)
                 for number, extreme in enumerate(extremes.get("more", []))]
    return Plan(settings, settings[0], [setting("no-base", {}, {}, base=None)])


def arcee_fusion():
    settings = [setting("first", {}), setting("second", {}, base=1)]
    refused = [setting("no-base", {}, {}, base=None), setting("three", {}, {}), setting("one")]
    return Plan(settings, settings[0], refused)


def passthrough():
    settings = [setting("copy", {}, base=None)] + [
        setting(f"s{number}", {"scale": scale}, base=None)
        for number, scale in enumerate([2.0, 0.1, 0.0, -1.5, 1.0, 1e-3])
    ]
    settings.append(setting("null", {"scale": None}, base=None))
    settings.append(Setting("base", {}, [{"scale": 0.3}], 0))
    refused = [setting("two", {}, {}, base=None), setting("word", {"scale": "x"}, base=None)]
    return Plan(settings, settings[2], refused, kinds=["infinite"])


DENSITIES = [0.5, 0.29, 0.0, 1.0, 1e-4, 2.0]
PLANS = {
    "linear": linear(),
    "task_arithmetic": task_arithmetic(),
    "ties": thinned(DENSITIES + [-0.5], signed=True),
    "dare_linear": thinned(DENSITIES, random=True),
    "dare_ties": thinned(DENSITIES, random=True, signed=True),
    "breadcrumbs": breadcrumbs(False),
    "breadcrumbs_ties": breadcrumbs(True),
    "della": della(True),
    "della_linear": della(False),
    "slerp": slerp(),
    "nuslerp": nuslerp(),
    "multislerp": multislerp(),
    "karcher": karcher(),
    "model_stock": model_stock(),
    "nearswap": nearswap(),
    "sce": sce(),
    "ram": ram(),
    "ramplus_tl": ram(more=[{"r": 1.0, "alpha": 5.0}, {"r": 0.0}, {"alpha": 0.0}, {"r": -0.5}]),
    "arcee_fusion": arcee_fusion(),
    "passthrough": passthrough(),
}
