"""The facility types of the demo district, and how many of each there are."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["committee", "community", "district"]


@dataclass(frozen=True)
class DemoType:
    """
    A facility type of the demo.

    Attributes
    ----------
    name
        Name as the inventory writes it.
    level
        Whom one facility serves.
    count
        How many there are in the district of size 1.
    floor_m2
        Usual range of the floor area.
    """

    name: str
    level: Level
    count: int
    floor_m2: tuple[int, int]


TYPES: dict[str, DemoType] = {
    "kindergarten": DemoType("幼儿园", "community", 75, (3_000, 8_000)),
    "primary_school": DemoType("小学", "community", 44, (8_000, 18_000)),
    "junior_school": DemoType("初中", "community", 30, (10_000, 22_000)),
    "senior_school": DemoType("高中", "district", 8, (20_000, 45_000)),
    "community_school": DemoType("社区学校", "community", 13, (800, 3_000)),
    "district_hospital": DemoType("区级医院", "district", 4, (30_000, 90_000)),
    "health_centre": DemoType("社区卫生服务中心", "community", 22, (3_000, 9_000)),
    "health_station": DemoType(
        "社区卫生服务站（村卫生室）", "committee", 120, (120, 300)
    ),
    "nursing_home": DemoType("养老院", "community", 27, (3_000, 12_000)),
    "elder_service_centre": DemoType("综合为老服务中心", "community", 24, (800, 2_500)),
    "short_stay_care": DemoType("长者照护之家", "community", 17, (300, 1_200)),
    "elder_day_care": DemoType("老年人日间照护中心", "committee", 70, (200, 600)),
    "meal_point": DemoType("社区助餐点", "committee", 94, (60, 350)),
    "elder_activity_room": DemoType("老年活动室", "committee", 168, (60, 300)),
    "district_library": DemoType("区级图书馆", "district", 2, (8_000, 25_000)),
    "culture_centre": DemoType("社区文化活动中心", "community", 22, (2_500, 8_000)),
    "culture_room": DemoType("居村综合文化活动室", "committee", 166, (100, 400)),
    "sports_venue": DemoType("区级体育场馆", "district", 2, (10_000, 40_000)),
    "fitness_centre": DemoType("社区健身中心", "community", 22, (400, 2_000)),
    "ball_court": DemoType("社区球场", "community", 42, (400, 1_600)),
    "fitness_point": DemoType("健身苑点", "committee", 208, (80, 400)),
}

# Types of other standards than the first one; see `demo_more`.
MORE_TYPES: dict[str, DemoType] = {
    "bus_stop": DemoType("公交站", "committee", 230, (20, 60)),
    "park": DemoType("公园绿地", "community", 48, (2_000, 40_000)),
    "market": DemoType("菜市场", "community", 40, (750, 2_500)),
    "shopping_hall": DemoType("商场", "community", 9, (1_500, 3_000)),
    "supermarket": DemoType("小超市", "committee", 90, (150, 500)),
    "convenience_store": DemoType("便利店", "committee", 150, (50, 100)),
    "pharmacy": DemoType("药店", "committee", 84, (60, 200)),
    "nursery": DemoType("托育机构", "community", 32, (300, 1_200)),
    "outpatient": DemoType("门诊部", "community", 12, (400, 1_500)),
    "health_hut": DemoType("智慧健康小屋", "committee", 46, (30, 90)),
    "nursing_care_home": DemoType("老年养护院", "community", 7, (3_500, 9_000)),
    "large_ground": DemoType("大型多功能运动场地", "community", 9, (3_150, 5_620)),
    "medium_ground": DemoType("中型多功能运动场地", "community", 20, (1_310, 2_460)),
    "reading_room": DemoType("城市阅读空间", "community", 30, (300, 1_100)),
    "bookshop": DemoType("书店", "community", 18, (120, 900)),
    "district_affairs": DemoType("区级政务服务中心", "district", 1, (6_000, 12_000)),
    "affairs_centre": DemoType("街镇政务服务中心", "community", 13, (700, 1_500)),
    "affairs_station": DemoType("居村便民服务站", "committee", 165, (100, 600)),
    "insurance_point": DemoType("社保服务点", "community", 15, (20, 120)),
    "utility_counter": DemoType("公用事业营业厅", "community", 16, (100, 400)),
    "bank": DemoType("银行网点", "community", 30, (150, 600)),
    "post_office": DemoType("邮政网点", "community", 16, (80, 300)),
    "area_centre": DemoType("片区综合服务中心", "community", 12, (800, 2_000)),
    "neighbourhood_centre": DemoType("社区中心", "community", 40, (200, 800)),
}
