"""The words of a question that name no product."""

from recommendations.assistant.text import fold, word_set

# Never part of what a product is called here; they also separate one thing named from the next.
STOP = word_set(
    """finished finish read sellers seller wondered
    a about above after again ahead all alike already also although always am an and another any anybody
    anyone anything anyway are aren't around as ask asked asking at available away be because been before being
    below besides best better between beyond both bring but buy buying bought by came can can't cannot cant
    carry check choose choosing come comes compare consider considering cool cost costing costs could couldn't
    cuz currently decent decide definitely did didn't do does doesn't doing don't done dont each either else
    enjoy enjoys enough especially etc even ever every everything excellent except exactly expensive fancy favor
    favour fantastic few find finding fine first fit fits following for found from further get gets getting give
    given gives giving go goes going gonna good got gotta great guess guys had has hasn't have haven't having he
    he'd he'll he's hear hello help helpful helps her here hers hey hi him his hope how how's however i i'd i'll
    i'm i've id if ill im in inexpensive instead interest interested interesting into is isn't it it'd it'll
    it's item items its ive just keep kind kinda kindly know lately least left let let's lets like liked likely
    likes list little ll located look looking lot lots love loved lovely loves made make makes many match
    matches matching maybe me mean might mine more most mostly much must my myself name need needed needing
    needs neither never new next nice no nor not nothing now of off offer offers ok okay old on once one ones
    only onto open option options or order ordered ordering other others our ours out over own owns pair paired
    pairs particular perfect perhaps pick picks please plz pls popular possible possibly pref prefer preferably
    pretty price priced prices probably product products properly provide purchase purchased purchases
    purchasing put quality quick quickly quite range rather re really reasonable reasonably recently recommend
    recommendation recommendations recommended recommending rec recs related replace replacing request right
    same sale saw say search searching see seeing seem sell selling sells several shall she she'd she'll she's
    shop shopping should shouldn't show showing shows similar since so some somebody someone something somewhere
    sort sorts special specific spend spending start still stock stocked stocks store stuff such suggest
    suggested suggesting suggestion suggestions suggests suit suitable suits super sure take taste tastes tell
    than thank thanks that that'd that'll that's thats the their theirs them themselves then there there's these
    they they'd they'll they're they've thing things think thinking this those though through thx till to today
    together tomorrow too top total toward towards trending tried true try trying two type types ty u under
    until up upon ur us use used useful user uses using usual usually various ve very via view wanna want wanted
    wanting wants was wasn't way we we'd we'll we're we've well went were weren't what what'd what's whatever
    whats when where which while who who's whole whom whose why will wish with within without won't wonder
    wonderful wondering wont work works worth would wouldn't would've ya yeah yes yet you you'd you'll you're
    you've your yours yourself amazing awesome affordable budget cheap cheaper cheapest pricey low highly rated
    bestselling bestseller bestsellers best-selling top-rated well-reviewed goodies idea ideas choice choices
    alternatives alternative deal deals bargain bargains latest newest hottest fave faves favorite favorites
    favourite favourites customer customers client people lol omg btw hmm hm um uh oh ah wow folks asap urgently
    dear sir madam ai assistant bot shopassist catalog catalogue inventory collection assortment selection
    website online delivered delivery shipping ship ignore previous instructions afford happen broke broken died
    dies stopped working worn wear wearing looks feel feeling feels fun unique happy kick big-ticket couple
    tonight soon week month year surprise advise advice browse browsing money history based purchase-history
    profile complement complements complementary compatible suited replacement replacements upgrade another's
    per maximum minimum max min bucks euro euros dollar dollars pound pounds anymore recommendable propose
    proposal inspire inspiration inspo whichever including include includes recent past behaviour behavior
    preference preferences style's personalized personalised category categories bored boring missing predict
    arrivals upsell up-sell upselling cross-sell cross-selling opportunity opportunities department
    departments treating idk lemme gimme kindly smth sth popularity whatever orders different explore
    seeking seek appropriate grateful acquire appreciate procure sourcing knowing section sections brand brands buyer
    buyers shopper shoppers elsewhere along everyone everybody often spent hiya require equivalent discount discounts
    discounted plenty glad barely literally absolutely honestly basically"""
)

# Whom it is for and on which occasion. They name a product only beside other words: "christmas tree", "baby food".
CONTEXT = frozenset(
    fold(word)
    for word in word_set(
        """gift gifts present presents birthday bday b-day christmas xmas anniversary wedding valentine valentines
    valentine's mother's father's mothers fathers day easter halloween hanukkah diwali eid ramadan thanksgiving
    graduation housewarming retirement farewell engagement holiday holidays holi party celebration occasion
    secret santa stocking wife husband mum mom mama mummy mommy dad daddy papa mother father parent parents son
    daughter sister brother sibling siblings friend friends bestie boyfriend girlfriend bf gf fiance fiancee
    fiancé fiancée partner spouse boss colleague colleagues coworker coworkers co-worker teacher teachers
    neighbour neighbor neighbours neighbors kid kids child children boy boys girl girls teen teens teenage teenager
    teenagers toddler toddlers baby babies newborn grandma grandpa granny nana grandmother grandfather
    grandparents grandson granddaughter grandchild grandchildren grandkids uncle aunt auntie cousin nephew niece
    family man woman men women guy lady ladies gentleman male female adult adults student students beginner
    beginners pro in-law in-laws mother-in-law father-in-law sister-in-law brother-in-law
    host hostess himself herself myself friend's her him roommate flatmate housemate nurse doctor evening
    weekend morning night summer winter spring autumn fall january february march april june july august
    september october november december monday tuesday wednesday thursday friday saturday sunday home house
    household room place office work romantic sis bro bestfriend crush parents' gran hubby wifey mam"""
    )
)

# Filler that is a thing at the end of a name: "tank top", "guitar picks", "chicken stock", "iphone 15 pro max".
NOUN_AT_END = word_set("top tops match matches pick picks stock suit suits saw saws max")
# Behind these verbs stands what suits what; then they are no thing at all.
OBJECTS = word_set("a an the my our his her your their me him us them this that these those it")
# Filler that belongs to the word behind it: "replacement blade", "quick release".
BEFORE_A_NOUN = word_set("replacement personalized personalised quick used")
# Filler that belongs to a name where nothing else is written but a name: "push up bra", "xbox one", "work jacket".
IN_A_NAME = BEFORE_A_NOUN | word_set(
    """up on off over under above one go way first little low high super money work love true view feel fit own
    style look real set house home"""
)
# Who writes one of these writes a sentence; all others write what they would on a product's label.
IN_A_SENTENCE = word_set(
    """i i'm i'd i've im me my mine we us our you your he she it they them this that these those what what's which who
    how why when where is are was were am be been do does did don't can can't could would should will may might want
    need like love loves likes looking show find give get got have has had buy bought recommend suggest tell help please
    hi hello hey something anything someone any some ideas idea options suggestions products items"""
)
# For whom a thing is made, as products are named: "shoes for women".
MADE_FOR = frozenset(
    fold(word)
    for word in word_set(
        """men women man woman kids kid children boys girls boy girl baby babies toddler toddlers teens adults beginners
        male female ladies newborn"""
    )
)

# At the end of what is wanted they add nothing: "gardening gifts", "coffee ideas".
TRAILING = frozenset(fold(word) for word in ("gift", "gifts", "present", "presents"))
# The same where a person is spoken of: "for a football fan"; a "ceiling fan" is a thing.
ADMIRERS = frozenset(fold(word) for word in ("lover", "lovers", "fan", "fans"))
