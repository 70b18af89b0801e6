"""English concepts. `SURE` decides, `HINT` is evidence; a pattern stands for an idea, not for one sentence.

Written over normalised text (`normalising`): lower case, plain apostrophes, single spaces.
"""

_BACK = r"(?:refunds?|returns?|cancell?ation|cancel|return request|refund request|claim|dispute|exchange)"
_MY = r"(?:my|the|this|that|a|our|it|any)"
_NOT = r"(?:not|n't|nt|never|no longer|cannot|cant|dont|doesnt|didnt|hasnt|havent|isnt|wasnt|wont|still waiting (?:for|on))"
_KID = (
    r"(?:kids?|sons?|daughters?|child|children|toddler|nephew|niece|grandson|grandkid|granddaughter|little one"
    r"|(?:\d+|two|three|four|five|six|seven|eight|nine|ten)[- ]?(?:yr|year)s?[- ]?old|teen(?:ager)?|baby brother"
    r"|little (?:brother|sister)|minor|underage)"
)
_ITEM = (
    r"(?:item|product|one|thing|colou?r|size|model|order|package|parcel|shirt|shoes?|book|version|part|stuff|product"
    r"|flavou?r|pair|style|dress|phone|case|cable|box)"
)
_SELLER = r"(?:seller|shop|store|you guys|you|vendor|merchant|they|company|warehouse|supplier)"

DEFECT = (
    r"defect\w*|faulty|(?<!my )(?<!own )(?<!your )(?<!default )fault\b|damag\w*|brok(?:e|en)\b|busted|crack(?:ed|s)?"
    r"|shatter\w*|smash\w*|crush\w*|dent(?:ed"
    r"|s)?|scratch\w*|chip(?:ped)\b|bent\b|warped|torn|ripp?(?:ed)?\b|tear\b|a hole|holes in|stain\w*|dirty|frayed"
    r"|unravel\w*|leak\w*|rust\w*|mou?ld\w*|rotten|spoiled|stale|bruised|went off|gone off|bad smell|smell\w*"
    r"|stinks?|odou?r|peel\w* off|peeling|fad(?:ed|ing)|shr[aiu]nk"
    r"|(?:poor|bad|terrible|low|awful|cheap|horrible|crap|lousy|inferior|shoddy|rubbish)(?:ly)?[ -](?:quality|made"
    r"|build|workmanship|stitch\w*|material)|quality (?:is|was|issue|problem|control)\w*(?: (?:so |really |very "
    r"|just )?(?:bad|poor|terrible|awful|horrible|crap|rubbish|low|shocking))?|falling apart|fell apart|came apart"
    r"|coming apart|came off|fell off|snapped"
    r"|(?:stopped|quit|stops) (?:work\w*|charg\w*|turning|heating|cooling)|(?:does|do|did|is|was|wo|ca|are"
    r"|has)(?:n'?t| not) (?:even )?(?:work(?:ing)?|turn(?:ing)? on|charg(?:e|ing)|power(?:ing)? (?:on|up)"
    r"|start(?:ing)?|heat(?:ing)?|cool(?:ing)?|function(?:ing)?|hold (?:a )?charge|spin\w*|light(?:ing)? up"
    r"|switch on|freez\w*|boot\w*)|(?:won'?t|wont|doesnt|dont|cant|not|isnt|never) (?:even )?(?:work\w*"
    r"|turn(?:ing)? on|charg(?:e|ing)|power(?:ing)? (?:on|up)|start(?:ing)?|heat\w*|cool(?:ing)?|boot\w*"
    r"|hold (?:a )?charge)|not working|malfunction\w*|glitch\w*|(?:dead|dying) (?:on arrival|pixel\w*|battery|after"
    r"|when|out)|\bdoa\b|flicker\w*|(?:screen|display) (?:is |went |stays |goes )?(?:black|blank|dead|white|frozen)"
    r"|(?:weird|loud|strange|grinding|rattling|buzzing) (?:noise|sound)|too (?:loud|noisy)|rattl\w*|used\b(?! to| the| my"
    r"| a | it (?:only|once)| up)"
    r"|second[- ]?hand|refurbished|worn already|previously (?:worn|used|opened)|pre-?owned|not new"
    r"|looks? nothing like|not as (?:described|pictured|advertised|shown)|(?:different|misleading) (?:from|than"
    r"|to) (?:the )?(?:picture|photo|description|listing|ad)|flimsy|junk|garbage|piece of (?:crap|junk|rubbish"
    r"|trash)|overheat\w*|wobbl\w*|loose (?:thread|screw|button|stitch\w*)|missing (?:a )?button|(?:stitching|seam"
    r"|zip(?:per)?|button|strap|sole|handle|battery|motor|screen|hinge) (?:\w+ ){0,3}(?:bad|off|out|broke|loose"
    r"|stuck|coming|gone|split|died|failed|undone|dies|drains)|drains? (?:so |too |really )?(?:fast|quick)"
    r"|imperfect\w*|flaw(?:s|ed)?|crooked|misshap\w*|melted"
)
NEGATION = (
    r"(?:(?:not|n't|isnt|wasnt|no|never|without|nothing(?:'s| is| was)?|isn't|not because (?:it|its|it's|it is"
    r"|it was)?|not that (?:it|its|it's|it is|it was)?|none of)(?: it| its| it's| is| was| any| a| an| at all"
    r"| actually| really| even| because| of| physically| to be| say| been| come| quality)* (?:DEFECT))"
    r"|(?:nothing|not anything|isn'?t anything) (?:is |was |'s |actually |really |at all "
    r"|particularly )*wrong with (?:it|them|the \w+)|quality(?: \w+)? (?:is|was|seems?|looks?)(?: \w+)? (?:fine|good"
    r"|great|ok|okay|excellent|alright|nice|not the)|no (?:quality )?(?:issues?|problems?|complaints?)(?: with"
    r"| about)? (?:the )?(?:quality|item|product)|(?:works?|working|product is|item is) (?:perfectly |just |totally "
    r"|absolutely )?(?:fine|great|ok|okay|perfectly)|never (?:been )?(?:used|worn|opened)|un(?:damaged|used|worn"
    r"|opened)|not (?:been )?(?:used|worn|opened)|(?:has|have)(?:n't| not)(?: been)? (?:used|worn|opened)"
    r"|haven't (?:even )?(?:used|worn|opened)"
).replace("DEFECT", DEFECT)
REFUND_LATE = (
    r"(?:installer|technician|fitter|fitting (?:team|date|crew)|plumber|electrician|engineer|installation|assembly)[^.!?]*"
    r"|(?:someone|anyone|nobody|no one|anybody|you)[^.!?]{0,20}(?:install|assemble|fit it|hook)[^.!?]*"
    r"|waiting[^.!?]{0,20}(?:install|assembl|technician)\w*|(?:return )?label[^.!?]{0,40}|[^.!?]{0,40}(?:pick(?:ed)? ?up"
    r"|collect(?:ed)?)[^.!?]{0,25}return"
    r"|refund\w*[^.!?]{0,25}(?:wrong|amount|partial|less|only|rest)[^.!?]*|partial refund[^.!?]*|(?:exchange|replacement"
    r"|return)[^.!?]{0,12}(?:ship|sent|coming)"
    r"|(?:refund|money|reimbursement|credit)(?: back)?[^.!?]{0,40}?(?:not|n't|nt|never|yet|when|still|waiting|pending"
    r"|hasnt|havent|arriv\w*|received?|come|show\w*|taking|long|process\w*)"
    r"|(?:not|n't|nt|never|havent|still|yet|waiting|when|where|how long)[^.!?]{0,40}?(?:refund(?:ed)?"
    r"|money(?: back)?|reimburse\w*|credited|paid back)"
    r"|(?:return(?:ed)?|sen[dt](?:ing)?)(?: \w+){0,3} (?:package|parcel|item|shipment|it|them)?[^.!?]{0,30}?(?:back"
    r"|received?|arrived?|get it|got it|warehouse)"
)

SURE: dict[str, tuple[str, ...]] = {
    "withdraw": (
        r"(?<!why did you )(?<!did you )(?<!they )(?<!to )(?:undo|stop|revoke|retract|withdraw|rescind|reverse|abort"
        rf"|void|halt|call off|take back|cancel|close)(?: {_MY})?(?: \w+)? (?:refund|return|cancell?ation|replacement"
        r"|exchange)(?: request| process| order| case)?\b(?! (?:policy|shipping|window|fee|label))",
        r"(?:don'?t|dont|do not|no longer|didn'?t) (?:want|need|wish for) (?:a |the |my |any |to )?(?:refund|return"
        r"|cancel)\w*(?! (?:policy|option))|(?:refund|return|cancell?ation|exchange) (?:is )?(?:no longer|not) (?:needed"
        r"|required|necessary|wanted)|no refund (?:needed|necessary|required)|nvm|don'?t (?:cancel|refund)(?: me| it"
        r"| my)?\b|take back (?:what|my)|reactivat\w*|bring (?:it|my order) back|keep my order"
        r"|cancell?ed the wrong (?:order|one|item)",
        r"(?<!you )(?<!they )(?<!seller )(?<!been )(?<!was )(?<!did )(?<!got )(?<!system )(?:cancel|stop|undo"
        r"|revoke|retract|withdraw|rescind|reverse|close|abort|call off|void|halt|drop|delete|remove|disregard"
        rf"|ignore|scrap)(?:l?ing|l?ed)? (?:{_MY} |please |with |back )?(?:\w+ )?(?<!how to )(?:refund|return"
        r"|cancell?ation|claim|dispute|exchange)(?:s|(?: request| process| order| label| application"
        r"| case)*)\b(?! (?:policy|shipping|window|fee|within))",
        r"(?:don'?t|dont|do not|no longer|didn'?t|not|never|rather not)(?: really| actually| even)? (?:want|need"
        r"|wish|going|like|mean|intend|plan|trying)?(?: to)? ?(?:cancel|return(?:ing)?|refund|send)(?: it| this"
        r"| them| my order| the order| the item| anything| back)?(?: back)?(?: any ?more| now| after all|,| please"
        r"|\.|!|$| i)(?!\?)|(?:will|'ll|going to|gonna|decided to|want to|wanna|would like to|'d like to|like to"
        r"|rather|happy to|prefer to|let me|can i(?: just| still)?|i'd|just|i) keep(?:ing)? (?:it|them|this|the|my"
        r"|that|both|everything|these)",
        r"(?:accident(?:al)?ly|by (?:accident|mistake)|mistakenly|unintentionally|by error|in error|wrongly|oops"
        rf"|my bad)[^.!?]{{0,40}}{_BACK}|{_BACK}[^.!?]{{0,40}}(?:accident(?:al)?ly|by (?:accident|mistake)"
        r"|mistakenly|unintentionally|in error|was a mistake|misclick|mis-click)|(?:hit|pressed|clicked|tapped"
        r"|pushed|chose|selected)(?: on)? (?:the )?(?:wrong )?(?:cancel|refund|return)\b|didn'?t mean to (?:cancel"
        r"|return|request|refund|ask)",
        r"(?:still|actually|do|really|now|again) want (?:it|them|the|my|this|that|these)(?! (?:refund|money"
        r"|back))[^.!?]{0,20}(?:$|\.|!|after all|order|item|shipped|please|keep|,)|un-?cancel|re-?instat\w*"
        r"|restore (?:my|the|this)|(?:go|going) ahead (?:and|with) (?:ship|send|deliver|the order)"
        r"|(?:please )?(?:still|just) (?:ship|send|deliver) (?:it|the|my)|(?:continue|proceed|carry on) with (?:the"
        r"|my) (?:order|delivery|purchase|shipment)|never ?mind[^.!?]{0,30}(?:refund|return|cancel|keep)"
        r"|forget (?:about )?(?:the|my) (?:refund|return|cancell?ation)|changed my mind[^.!?]{0,25}(?:keep"
        r"|don'?t (?:cancel|refund|return)|stay)|no need (?:to|for)(?: a| the)? (?:refund|return|cancel)|(?<!you )"
        r"(?<!they )(?<!seller )(?:decline|reject|deny) (?:my|the) (?:refund|return)",
    ),
    "compliance": (
        rf"knock ?-?offs?|choked?\b|expir\w*|tamper\w*|(?:by|from) (?:a |my )?{_KID}|{_KID}[^.!?]{{0,30}}(?:pressing"
        r"|pressed|buttons?|my account|my card)|(?:house|home) (?:down|on fire)|no ce mark|glass (?:pieces|shards?|in)"
        r"|(?:legal|illegal|lawful)\b",
        r"\bfakes?\b|counterfeit\w*|knock-?offs?|replica|bootleg|imitation|(?:not|n't|isnt) (?:the "
        r"|an? )?(?:authentic|genuine|original|legit\b|the real|real)|unauthentic|inauthentic|pirated|forg(?:ed|ery)"
        r"|dupe\b",
        r"allerg\w*|\brash(?:es)?\b|hives|itch\w*|burn(?:ed|t|ing|s)? (?:me|my|his|her|our|the skin|skin)|(?:eyes?|skin"
        r"|scalp|face|mouth|throat|lips)[^.!?]{0,12}(?:burn|broke out|swollen|swelling|red\b)|chemical burn|electric(?:al"
        r"|ut\w*)? shock|shocked me|got (?:a )?shock|zapped|caught fire|(?:on"
        r"|a) fire|smok(?:e|ing|ed)\b|spark(?:s|ed|ing)|explod\w*|explosion|poison\w*|made (?:me|my \w+|us|him"
        r"|her) (?:\w+ )?(?:sick|ill)|got sick|vomit\w*|threw up|stomach|diarrh\w*|hospital|injur\w*|cut (?:my|his"
        r"|her|me)|bleed\w*|unsafe|dangerous|hazard\w*|safety (?:issue|risk|concern|hazard)|expired|past (?:its|it's"
        r"|the|their) (?:expir\w*|date|best|sell|use)|out of date|best before|use[- ]by|(?:bugs?|maggots?|worms?"
        r"|insects?|hair|glass|plastic|metal|cockroach\w*|weevils?|ants) (?:in|inside|crawling)|infest\w*|toxic"
        r"|choking|recall(?:ed)?|carcinogen\w*|breathing",
        rf"(?:my |our |the |a )?{_KID}(?!s? (?:shoes|clothes|size|room|bed|toy|doesn|does|don|hates|loves|outgrew"
        rf"|birthday))[^.!?]{{0,60}}(?:order\w*|bought|buy\w*|purchas\w*|click\w*|placed|press\w*|tapp?\w*"
        r"|got (?:hold|my phone|on my)|play\w*|grabbed|used my|without (?:my|our|permission|asking|me))"
        r"|without (?:my |parental |our )?(?:permission|consent)|parental|unauthori[sz]ed",
        r"trading standards|consumer (?:protection|rights|affairs|agency|council|court)|\bftc\b|\bbbb\b"
        r"|better business|attorney|lawyer|solicitor|legal action|\bsu(?:e|ing)\b|small claims|\bcourt\b|police"
        r"|report (?:you|this|the|your|it|u)|reporting (?:you|this)|\bscam\w*|\bfraud\w*|charge ?back|ombudsman"
        r"|watchdog|illegal|the (?:regulator|authorities)|file a complaint|rip-?off|con artists|false advert\w*"
        r"|take (?:this|it) further|sale of goods act|consumer law|thieves|stole my money",
    ),
    "fulfilment_error": (
        r"^(?:the )?wrong (?:item|product|colou?r|flavou?r|pattern|book|thing|one|model|design|style)\b(?!.*\b(?:my|i)\b)"
        r"|(?:sent|got|received|gave|shipped)(?: me| us| in)? (?:the |a |an |two |totally |completely )*(?:wrong|random"
        r"|left|incorrect)\b|(?:sent|got|received|gave)[^.!?]{1,30}(?:,|when|but|and) i (?:ordered|chose|asked|wanted"
        r"|paid|picked|selected|bought)|(?:was|were|is|are) ?n'?t (?:in|included in|inside) the (?:box|package|parcel"
        r"|bag)|(?:free gift|gift|accessor\w*)[^.!?]{0,20}(?:not|n't|missing)|short (?:one|two|three|\d|a|by)\b"
        r"|paid for (?:\d|two|three|four)[^.!?]{0,20}(?:\d|one|only|there)|(?:box|parcel|package|bag) (?:had|has"
        r"|contained|was full of|only had)|isn'?t mine|correct (?:one|item|product)\b|right (?:one|item|product) instead",
        r"(?<!ordered the )(?<!chose the )(?<!picked the )(?<!bought the )(?<!selected the )(?<!choose the )"
        r"(?<!ordering the )(?<!i got the )(?<!put the )(?<!clicked the )(?<!entered the )(?<!gave the )(?<!a )(?:sent"
        r"|send|got|received?|shipped|delivered|mailed|arrived|came|given|gave|packed|is|was|it'?s|this is)(?: me"
        r"| us| is| was| in| with| to me| you)*(?: the| a| an| completely| totally| entirely)* (?:wrong|different"
        r"|incorrect|diff)\b(?! (?:address|with|house|number|place|time|person|door|apartment|location))|(?:wrong"
        rf"|incorrect|different) {_ITEM} (?:was |has been |just )?(?:sent|delivered|arrived|received|shipped|came"
        r"|turned up|showed up)|someone else'?s|somebody else'?s|another (?:customer|person)'?s|not (?:what"
        r"|the \w+(?: \w+)?|the one) (?:i|we|that i) (?:ordered|bought|purchased|chose|picked|asked|paid|selected)"
        r"|isn'?t what i (?:ordered|bought)|mix(?:ed)?[- ]?up",
        r"(?:ordered|bought|asked for|paid for|purchased|selected|chose|wanted)[^.!?]{1,40}(?:but|and|yet|instead"
        r"|, )(?: \w+){0,4} ?(?:got|received?|sent|came|arrived|delivered|shipped|only|there (?:was|were|is)"
        r"|turned up|what i got|gave)[^.!?]{1,}|(?:got|received|sent|sent me|it's|delivered"
        r"|came)[^.!?]{1,30} instead(?: of)?|instead of (?:the )?(?:\w+ ){0,3}(?:i ordered|ordered|one)",
        r"empty (?:box|package|parcel|envelope|packet|bag|container|bottle)|(?:box|package|parcel|envelope|packet"
        r"|bag) (?:was |is |came |arrived |has |had |were |totally |completely )*(?:empty|nothing)|nothing (?:inside"
        r"|in (?:it|the|there))|missing (?:an? |one|two|some|half|the|several|parts?|items?|pieces?|from|accessor\w*"
        r"|screws?|\d|charger|cable|manual|my|lid|remote|power|pieces)|(?:is|are|was|were|items?|parts?|pieces?"
        r"|screws?|charger|cable|remote|lid|bolts?|accessor\w*) (?:\w+ )?missing|incomplete|short(?:ed)? (?:me"
        r"|shipped|one|by|\d)|one short|only (?:got|received|sent|one|half|\d|part|came|1|two|three|\w+ (?:of|out of"
        r"|arrived|came|was|were))[^.!?]*|(?:did ?n'?t|does ?n'?t|didnt|doesnt) (?:come with|include)"
        r"|not (?:included|in the box|all (?:of )?(?:the|my) items)|(?:no|without) (?:charger|remote|screws|manual"
        r"|cable|accessor\w*|battery|lid|adapter|power cord) (?:in|was|included|came|inside|with)?"
        r"|part(?:s)? of my order|half (?:of )?(?:my|the) order|forgot to (?:include|send|put|pack)|left out|swapped",
    ),
    "seller_out_of_stock": (
        r"(?:don'?t|doesn'?t|didn'?t|never|not|no longer|not have|none|isn'?t|aren'?t|wasn'?t)[^.!?]{0,20}(?:in stock"
        r"|have (?:it|any) (?:left|anymore|in)|available)|none left|no more of|(?:seller|shop|store|vendor|merchant|you"
        r"|they)[^.!?]{0,12}refus\w+ to (?:ship|send|deliver|honou?r)|can'?t be (?:filled|fulfilled|supplied)|oversold"
        r"|(?:shop|store|seller|they|you|vendor)[^.!?]{0,25}(?:don'?t|doesn'?t) have (?:it|any|the item|my)|inventory"
        r"|asked (?:me )?to cancel|asks me to cancel|production stopped",
        r"out[- ]of[- ]stock|sold out|no (?:longer )?(?:available|stock|in stock|inventory)|no more (?:stock"
        r"|inventory|available)|not (?:in stock|available anymore|available any more)|unavailable|oos\b|no stock"
        r"|back-?ordered|back ?order|discontinued|ran out|run out|stock (?:is |has )?(?:gone|issue|shortage)"
        rf"|{_SELLER}[^.!?]{{0,25}}(?:can'?t|cannot|cant|couldn'?t|unable to|not able to|won'?t be able to"
        r"|are not able|no way to) (?:\w+ )?(?:ship|fulfil\w*|supply|deliver|send|provide|source|honou?r)"
        rf"|{_SELLER} (?:\w+ ){{0,3}}(?:asked|told|telling|wants?|asking|messaged|emailed|contacted|requested|begged"
        rf"|made|keeps? asking|is asking|called)[^.!?]{{0,30}}(?:to )?(?:cancel|request a refund|refund)|(?:seller"
        r"|store|shop|vendor|merchant|they|you) (?:just |have |has |already |unilaterally )*cancell?ed (?:my|the"
        r"|on)(?! (?:refund|return))",
    ),
    "quality": (
        r"no sound|sour\b|burst|thinner|feels? (?:like plastic|cheap|flimsy)|quality is (?:not|n't|very|so|really)"
        r"|(?:don'?t|doesn'?t|do not|does not|isn'?t|not) respond\w*|jams?\b|jammed|sag(?:s|ging|ged)|split\b|bubbles"
        r"|runs (?:slow|fast)|drip\w*|threads? (?:hanging|loose|coming)|keeps? (?:freezing|turning off|shutting"
        r"|restarting|cutting|dropping|disconnecting|stopping)|shuts? (?:off|down)|crackl\w*|dead\b|died|pill(?:s|ing"
        r"|ed)\b|gave (?:up|out)|came undone|undone|bruis\w*|lumpy|sticky|blurry|lopsided|discolou?r\w*"
        r"|nothing like the (?:photo|picture|image|description)\w*|stopped (?:suck|spin|play|print|mov|respond|cut"
        r"|blow)\w*|quit on me|conked",
        DEFECT,
    ),
    "price_drop": (
        r"paid (?:\$|£|€)?\d+[^.!?]{0,15}(?:now|today)[^.!?]{0,10}\d+|(?:for|costs?|is) less\b|new price|discounted now"
        r"|discount that started|better than what i paid|reduced (?:by|to)|extra i paid|on offer now"
        r"|now[^.!?]{0,12}on offer|lower price|(?:was|bought)[^.!?]{0,20}(?:\$|£|€)?\d+[^.!?]{0,12}(?:today"
        r"|now)[^.!?]{0,8}\d+|the gap\b|dropp?(?:ed)? (?:your|the|it'?s) price|sale now|price just",
        r"price (?:\w+ ){0,3}(?:drop\w*|went down|reduc\w*|lower\w*|fell|decreas\w*|slash\w*|cut|chang\w*|is now|now"
        r"|match\w*|adjust\w*|protect\w*|guarantee|difference)|price[- ](?:match|adjust\w*|protect\w*|drop)"
        r"|(?:drop\w*|lower\w*|reduc\w*|slash\w*|cut) (?:the |its |your |in )?price|cheaper|(?:went|gone|goes|is"
        r"|it's|its|now|just|currently|are) (?:now |just |already |currently )*on sale|(?:now|today|currently"
        r"|this week|next day|yesterday)[^.!?]{0,30}(?:less|% off|percent off|discount\w*|half[- ]price|marked down"
        r"|lower|on sale|sale price|reduced)|(?:difference(?! between)|diff\b)(?: in price| back| refunded)?|marked down"
        r"|half (?:the )?price|over ?(?:paid|charged)|paid (?:\w+ ){0,3}(?:more|too much)|less than (?:what )?i paid"
        r"|lower (?:price|than)|(?:better|best) (?:price|deal)|(?:bought|ordered|purchased)[^.!?]{0,30}(?:and|then"
        r"|now) [^.!?]{0,20}(?:sale|% off|discount\w*|less|cheaper)|black friday price|sale (?:started|price)|(?:\$"
        r"|£|€)? ?\d+ (?:dollars |bucks |pounds |quid |usd )?(?:less|lower|off|cheaper)",
    ),
    "logistics": (
        r"(?:still )?waiting (?:for|on) (?:my|the|our|a) (?:order|delivery|package|parcel|item|stuff|shipment)|^delayed"
        r"|(?:supposed|meant|due|scheduled|promised) to (?:arrive|be (?:here|delivered)|come|ship)"
        r"|should have (?:been here|arrived|come)|has (?:my|the|it)[^.!?]{0,12}shipped|will it (?:arrive|be here|get here"
        r"|make it)|(?:doesn'?t|does not|don'?t|isn'?t) (?:come|arrive|ship|get here|show up)|(?:un)?less it (?:ships"
        r"|arrives|comes)|ship it (?:today|now)|it'?s been (?:\d|a|two|three|four|over|more|almost|nearly|weeks|days|ages"
        r"|forever)[^.!?]*(?!refund)|(?:weeks?|days) and nothing|returned to sender|stolen|porch|expedit\w*"
        r"|news on my (?:delivery|order|package|parcel)|delivery date|post office|undelivered|non-?delivery"
        r"|delivered today|hours late|late\b(?! to| fee)|no sign of (?:my |the )?(?:parcel|package|order|delivery)"
        r"|in the (?:depot|hub|warehouse) (?:for|since)|dispatch\w*|when (?:will|are|is|do)[^.!?]{0,10}(?:ship|dispatch"
        r"|deliver|coming)",
        r"(?:order|package|parcel|item|items|delivery|shipment|it|stuff|they|product|tracking|goods|shipping"
        rf"|courier|nothing)(?:'s|s)?[^.!?]{{0,25}}(?:{_NOT}|n't|yet to)[^.!?]{{0,20}}(?:arriv\w*|ship\w*|deliver\w*"
        r"|come|came|here|show\w*|turn\w* up|mov\w*|updat\w*|receiv\w*|dispatch\w*|chang\w*|left|sent|reached"
        r"|scan\w*|been sent)|(?:haven'?t|havent|have not|didn'?t|didnt|never|not|has not|hasn'?t|still haven'?t"
        r"|yet to)(?: yet| even| actually| still)? (?:got(?:ten)?|get|receiv\w*|seen|had|been delivered|arriv\w*"
        r"|ship\w*|been (?:shipped|dispatched|sent)|show(?:n|ed)? up|turned up|come|dispatch\w*"
        r"|delivered?)(?! (?:refund|a refund|my refund|the refund|my money|the money|money|any refund|paid"
        r"|confirmation|an email|any email|reply|response|a response|a reply|the size|to work|approved|any reply"
        r"|used to))",
        r"where(?:'s| is| are|s| the (?:heck|hell) is|abouts)? (?:my|the|our) (?:order|package|parcel|item|items"
        r"|stuff|delivery|shipment|shoes|dress|phone|things?|\w+ (?:i ordered|order))(?! refund)|where is it"
        r"|(?:package|parcel|order|it|shipment|item)(?:'s| is| was| has been| got| went| must be| seems| appears"
        r"| have been)?(?: \w+)? (?:lost|stuck|delayed|late|missing in transit|in limbo|stolen)|lost in (?:transit"
        r"|the (?:mail|post))|stuck (?:in|at|with)|(?:delivery|shipping|shipment|delivered|arriv\w*"
        r"|ship\w*)[^.!?]{0,20}(?:late\b(?! to)|delay\w*|slow|forever|long|overdue|ages)|(?:so|too|very|really|extremely"
        r"|super|is) (?:late|slow)|(?:says?|shows?|marked|claims?|tracking) (?:as |it was |it's |that it was "
        r"|it has been |it is )*delivered|tracking (?:\w+ ){0,4}(?:stuck|updat\w*|stopped|stop|moved|moving|shows?"
        r"|says?|same|number (?:does|is|isn)|has ?n|invalid|dead|frozen)|no tracking|(?:overdue|delayed"
        r"|late) (?:delivery|order|package|parcel|shipment)|never (?:came|arrived|showed|turned up|got here"
        r"|delivered|received|shipped|left)|(?:not|n't) (?:be )?(?:here|arrive|arriving|delivered|get here|come"
        r"|make it|there|reach me)[^.!?]{0,15}(?:by|before|in time|until|till|on time|today|tomorrow|yet)|(?:when"
        r"|how long|what day|what time)[^.!?]{0,25}(?:ship\b|ship(?:ped)?|deliver\w*|arriv\w*|get here|come"
        r"|dispatch\w*|reach)(?![^.!?]{0,15}refund)|(?:miss(?:ed)?|past) (?:the |my |its )?(?:delivery|estimated"
        r"|delivery date|deadline)|out for delivery|wait(?:ed|ing) (?:for )?(?:\w+ ){0,2}(?:weeks?|days|months?|ages"
        r"|forever|too long)(?![^.!?]{0,30}refund)|(?:can'?t|cannot|cant|not going to"
        r"|don'?t want to) wait (?:any ?longer|any ?more|that long|this long|so long|until)|need(?:ed)? it (?:by"
        r"|before|for|yesterday|today|tomorrow)|too late for|arrived too late|hurry|in time for",
        r"(?:left|delivered|went|sent)(?: it| to| at| my (?:package|parcel|order)| with"
        r"| the parcel)* (?:the )?(?:wrong|neighbou?r\w*|someone else) ?(?:address|house|door|place|apartment)?"
        r"|courier|usps|fedex|\bups\b|dhl|royal mail|hermes|evri|yodel|customs|porch pirate",
    ),
    "size": (
        r"(?:an? )?(?:xs|xl|xxl|2xl|3xl|medium|small|large)\b[^.!?]{0,12}(?:instead|rather|please|\?)|(?:is|are|way"
        r"|it'?s) (?:huge|tiny|baggy|enormous)|true to size|narrow|(?:hit|crush|squash)\w* (?:the front|my toes)"
        r"|loose (?:around|on|in|at)|swap for (?:a|an) (?:\d|s|m|l)|shorter|longer than|bigger than|smaller than"
        r"|larger than|(?:in|for) (?:a|an) (?:\d{1,2}(?:\.5)?|small|medium|large)\b|(?:won'?t|doesn'?t|can'?t|wouldn'?t"
        r"|don'?t) (?:go|get|come|fit|pull) (?:\w+ )?(?:past|over|around|through|on\b|up over)|exchange (?:it |this "
        r"|them )?for (?:a |an )?(?:small|medium|large|xl|\d|s\b|m\b|l\b)|(?:size|a) \d{1,2}(?:\.5)? (?:instead|rather)",
        r"(?<!taking )(?<!takes )(?<!took )(?<!been )(?<!waited )too (?:big|small|tight|loose|large|long|short|wide"
        r"|narrow|baggy|snug|tiny|huge|roomy)(?! a (?:hassle"
        r"|problem|wait|risk|delay))|(?:does|do|did|is|are|wo)(?:n'?t| not) (?:really |quite |even )?fit\b|(?:doesnt"
        r"|dont|didnt|wont|never|not|barely|hardly) (?:really |quite |even )?fit\b|not fitting|bad fit|poor fit"
        r"|fits? (?:\w+ )?(?:small|large|big|tight|loose|weird|funny|badly|poorly|wrong|odd|like)"
        r"|runs? (?:\w+ )?(?:small|large|big|tight|short|narrow|long|wide)|(?:wrong|bigger|smaller|larger|different"
        r"|another|next|correct|right|half|one|two|full) sizes?\b|size (?:up|down|is|was|\w+ (?:is|was)|issue"
        r"|problem|chart|bigger|smaller|too|guide|wrong|off)|sizes? (?:too|up|down|smaller|bigger|larger)|sizing"
        r"|(?:a|one|two) sizes?|(?:can'?t|cannot|cant|couldn'?t) (?:even )?(?:zip|button|get (?:it|them"
        r"|my \w+) (?:on|over|in|into|past)|close it|squeeze|fit)|(?:waist|sleeves?|chest|shoulders?|legs?|toes?"
        r"|hips?|width|length|inseam)[^.!?]{0,15}(?:tight|loose|long|short|narrow|wide|small|big)|pinch\w*"
        r"|measure(?:d|ment\w*)|falls? (?:right )?off (?:me|my)|slips? off|(?:a|bit|little|way|tad|really|so"
        r"|very) (?:tight|snug|baggy)\b",
    ),
    "usage": (
        r"too complicated|(?:not|n't) easy to (?:use|figure|understand)|not found in app|factory reset|error (?:code|e\d"
        r"|\d)|\be\d\b|(?:red|blue|green|orange|yellow) light|light (?:is )?(?:blinking|flashing)|(?:default"
        r"|pin) (?:password|code)|pin code|where do i (?:insert|put|plug|press|find the (?:switch|button|on))|how do (?:i"
        r"|you)[^.!?]{0,6} (?:update|lock|unlock|fold|put|adjust|cook|apply|insert|remove|replace the (?:battery|filter)"
        r"|get (?:the|it|this)|brew|wear|store|fill|empty|wire|load|sync|turn)\b(?![^.!?]{0,20}(?:refund|return|money))"
        r"|how (?:much|many|long|often)[^.!?]{0,12}(?:per|cook|charge it|scoops?|powder|soak|leave it|use it)"
        r"|need to charge|what setting|which (?:button|way|setting|mode)|what button|child lock|timer|walkthrough"
        r"|show up on my (?:computer|phone|tv|laptop)|(?:refuses|fails|won'?t) to? ?(?:pair|connect|sync|link)"
        r"|on my network|how to (?:adjust|use|open|fold|clean|charge|remove|wear|assemble this)|(?:no|zero) (?:clue"
        r"|idea) how",
        r"how (?:do|can|should|does|would) (?:i|you|we|one|it|this|u) (?:\w+ )?(?:use|set (?:it |this )?up|setup"
        r"|turn|connect|pair|charge|operate|open|clean|wash|activate|sync|configure|reset|switch|install the app"
        r"|get it to|make it|change the|work|link|adjust|program|start|log ?in|control|assemble this toy)|how (?:to"
        r"|2|it|this|the thing|does it|this thing)(?: actually)? (?:use|set|connect|pair|turn|operate|works?|charge"
        r"|open|reset|sync|activate|clean)|how it works|(?:can'?t|cannot|cant|couldn'?t|unable to|not able to"
        r"|don'?t know how to|dont know how to|no idea how to|trouble|struggling to|having (?:trouble|issues"
        r"|problems)|difficulty|impossible to|not sure how to|won'?t|wont|doesn'?t|doesnt|will not|fails to"
        r"|failing to|hard to|clue how to)(?: with| to)? (?:\w+ )?(?:figure|connect\w*|pair\w*|set (?:it )?up"
        r"|setting (?:it )?up|open(?:ing)? (?:it|the (?:app|lid|box|case))|log ?in|sync\w*|operat\w*"
        r"|understand\w* (?:the|how)|use (?:it|this|the|the app)|using (?:it|this|the)|activat\w*|find the (?:button"
        r"|manual|setting|switch|on)|work out how|get (?:it|this|the \w+) (?:to )?(?:work|connect|pair|set up|sync"
        r"|going|start)|program|link|recogni[sz]e|download the app)",
        r"(?<!return )(?<!refund )(?<!exchange )instruction\w*|(?:user )?manual\b|user guide|tutorial|(?:too|so|very"
        r"|really) (?:complicated|confusing"
        r"|difficult|hard) (?:to (?:use|operate|set|figure|understand)|$|\.|,|!|for me)|confus(?:ed"
        r"|ing)[^.!?]{0,20}(?:set|use|app|button|control|setting)|set-?up (?:guide|help|video|is|was|process)"
        r"|help (?:me )?(?:with )?(?:set|setting|us(?:e|ing)|connect\w*|pair\w*)|(?:not|isn'?t) (?:user[- ]friendly"
        r"|intuitive|showing up on (?:my )?(?:phone|bluetooth|wifi|app))|(?:don'?t|dont|do not) (?:know|understand"
        r"|get) (?:how|what (?:button|to press|the|setting)|which button)|(?:bluetooth|wifi|wi-fi"
        r"|app)[^.!?]{0,20}(?:connect|pair|find|password|recogni|detect)|walk me through|learning curve",
    ),
    "install": (
        r"install(?!ment)\w*(?! the app)|uninstall\w*|assembl\w*|(?:technician|fitter|handyman|plumber|electrician|engineer"
        r"|installer|contractor)[^.!?]{0,30}|mount(?:ed|ing)?\b|wall bracket|put (?:it|this|them"
        r"|the \w+) (?:together|up on the wall)|hook(?:ed|ing)? (?:it )?up|fitted\b|fitting (?:appointment|service"
        r"|team|crew)|(?:no one|nobody)[^.!?]{0,20}(?:to fit|fit it|set it up)|drill\w*|plumb\w*|wiring|gas line",
    ),
    "mis_order": (
        r"wrong (?:phone number|delivery date|store|account|card|email|flat|apartment|house|street|postcode|zip)"
        r"|forgot (?:the|my|to (?:put|add|include|change|enter)) (?:\w+ )?(?:apartment|apt|flat|number|unit|address"
        r"|coupon|code)|thought it was|(?:selected|chose|picked|clicked) (?:pickup|collection|standard|express|the wrong"
        r"|one instead)|(?:old|different|another|wrong) (?:card|payment)|add (?:another|an|one more) item|combine (?:my"
        r"|the|two)|both (?:ordered|bought)|pocket (?:ordered|dial)|(?:oops|whoops)[^.!?]{0,20}(?:picked|ordered|bought"
        r"|chose|got the)|by mistake|ordered (?:two|2|three|3)\b",
        r"(?:ordered|order|bought|purchased?|chose|chosen|picked|selected|clicked|got|choose|pick|select|ordering"
        r"|put|entered|typed|gave|used|added|checked out with|hit)(?: in)? (?:the |a |an |my )?(?:\w+ )?(?:wrong"
        r"|incorrect|old|previous) (?!size)\w+|wrong (?:shipping |delivery |billing )?address|(?:change|update"
        r"|correct|fix|edit|amend|modify) (?:my |the |our )?(?:\w+ )?(?:address|shipping|order details|phone number"
        r"|zip|postcode|delivery address|name on|colou?r|quantity|order)|(?:moved|old|previous|different"
        r"|typo)[^.!?]{0,15}(?:address|house|in my|apartment)|typo|misspell\w*|my (?:own )?(?:mistake|fault|bad"
        r"|error)|by mistake|by accident|accident(?:al)?ly (?:ordered|bought|purchased|placed|order|clicked|got"
        r"|added|selected|chose|hit|paid|put|picked|did|used|checked|sent)|mistakenly|misread|mis-?clicked|duplicate"
        r"|twice|two (?:orders|of the same|by)|double (?:order\w*|charg\w*|purchas\w*|click\w*)|ordered (?:2|two|3"
        r"|three|too many|extra|more than)|too many|wrong (?:quantity|model|variant|version|colou?r|item|one|product"
        r"|type)(?! (?:was|arrived|came|sent|delivered))|forgot to (?:use|apply|add|enter|put|change|update"
        r"|include (?:my|the) (?:coupon|code|apt|apartment))|(?:coupon|promo|discount|voucher|gift card"
        r"|code)[^.!?]{0,25}(?:forgot|not appl\w*|didn'?t (?:apply|go|work|use)|didnt|wasn'?t|not used|left)"
        r"|not compatible|incompatible|isn'?t compatible|doesn'?t work (?:with|on|in) my|i (?:thought|assumed) (?:it|this"
        r"|that|they|these) (?:was|were|came|come|included?|would be|had|is|fit|are|has)|meant to (?:order|get|buy|pick"
        r"|choose|select)|wasn'?t paying attention"
        r"|didn'?t (?:notice|realis?z?e|read|see that|look)|reorder|re-order|should have (?:ordered|bought|chosen"
        r"|picked)",
    ),
    "changed_mind": (
        r"^(?:hi|hello|hey|please|pls|just)?[ ,!.]*(?:i |we |can you |could you |just |please |pls "
        r"|kindly )*(?:'?d )?(?:want|need|would like|like|wanna|wish)?(?: to)? ?(?:cancel|return|refund|get a refund"
        r"|a refund|send back|send it back|my money back|return an item|get my money back|request a refund)(?: of| for"
        r"| on)?(?: my| the| this| it| me| order| item| product| purchase| please| pls| a| full| refund| now| asap| back"
        r"| money| these| them| stuff)*[.! ]*(?:thanks|thank you|thx|please)?[.! ]*$",
        r"not as (?:nice|good|pretty|cute) as|found a (?:better|nicer)|any use for|(?:no|without) (?:particular |special "
        r"|real )?reason|decided (?:against|not)|no longer interested|useless to me|not to take it|bought too much"
        r"|sending (?:it|some|this|them) back|can'?t justify|don'?t (?:ship|send) it|lost interest|not feeling it"
        r"|grew out of the idea|(?:just )?cancel (?:the|my|this) order[,.]? (?:we|i) don'?t",
        r"(?:don'?t|dont|do not|no longer|didn'?t|not|doesn'?t|dnt)(?: really| actually| even)? (?:want|need|like"
        r"|wanted|needed|love)(?: it| this| them| the| that| these| to have|\b)(?! to (?:cancel|return|refund|wait"
        r"|know|send|pay))|changed? (?:my|our|his|her) minds?|not (?:for me|my style|a fan|happy with|satisfied"
        r"|impressed|what i (?:expected|wanted|was looking|had in mind|hoped|imagined|thought)|worth|needed"
        r"|interested|suited|really me|feeling it)|unwanted|second thoughts|regret\w*|impulse|(?:bought|found|got"
        r"|have|getting|received)(?: \w+){0,3} (?:another|elsewhere|a different|something (?:else|better)"
        r"|one already|somewhere else|the same|a gift|one as a gift)|already (?:have|own|got|bought)|no (?:use"
        r"|need) for|isn'?t for me|doesn'?t suit|doesnt suit|looks? (?:ugly|bad|awful|terrible|weird|silly"
        r"|horrible) on|(?:too expensive|can'?t afford|cant afford|need the money|waste of money|over budget"
        r"|spent too much)|plans? (?:have |has |were |got )?(?:changed|cancel\w*|fell)|trip (?:was |got "
        r"|is )?cancel\w*|not (?:going|travelling|traveling) any ?more|(?:husband|wife|mom|mum|dad|boyfriend"
        r"|girlfriend|partner|daughter|son|kid|she|he|recipient)[^.!?]{0,15}(?:doesn'?t|didn'?t|does not|did not"
        r"|doesnt|hates?|already|bought)|disappoint\w*|thought (?:about|better)|hate (?:it|the|this)|ugly"
        r"|underwhelm\w*|meh\b",
    ),
    "status": (
        r"refund(?:ed)?[^.!?]{0,25}(?:wrong (?:card|amount|account)|less|only|partial|amount|where|missing|nothing|rest)"
        r"|partial refund, |(?:label|return)[^.!?]{0,20}(?:never (?:arrived|came)|you promised|hasn'?t)"
        r"|pick(?:ed)? ?up[^.!?]{0,20}return|collect[^.!?]{0,12}return|(?:my|the) return[^.!?]{0,40}(?:warehouse|stuck"
        r"|sitting|weeks|days|yet|nothing|update)|(?:exchange|replacement)[^.!?]{0,12}(?:ship|sent|coming|yet|status)"
        r"|(?:process|approve|complete|confirm|issue)(?: my| the)? (?:refund|return)|sign of (?:my |the )?(?:money"
        r"|refund)|what'?s happening with my (?:return|refund)|(?:says|shows|marked) (?:it'?s )?refunded|repair (?:status"
        r"|done)|says refunded|nobody (?:answered|replied|responded)[^.!?]{0,15}(?:refund|return|claim)|got my return"
        r"|deposit (?:be )?returned|money from (?:my|the) return",
        r"(?:where|when|how long (?:until|till|before|does|is|will|for)|how much longer|what day|any update|update|status"
        r"|progress|eta|check(?:ing)?"
        r"|track(?:ing)?|follow(?:ing)? up|still waiting|waiting|still (?:no|not|haven|hasn|don)|has (?:my|the)|have you"
        r"|did (?:you|my)|is (?:my|the)|was (?:my|the)|why (?:is|has|was|haven|hasn|did))[^.!?]{0,45}(?:refund\w*"
        r"|money(?: back)?|return(?: been)?\b"
        r"|reimburs\w*|credited|my return\w*|cancell?ation|the item i (?:sent|returned)|credit)(?! (?:policy|label"
        r"|window|shipping|address|process work|form|instructions|portal))(?!able)",
        r"(?:refund|return|money|reimbursement|cancell?ation|rma|exchange|replacement|credit)(?: \w+){0,5} (?:status"
        r"|progress|update|pending|process(?:ed|ing)|approved?|complete\w*|issued|come through|posted|gone through"
        r"|go through|arrived?|received?|yet|hit my|shown? up|taking|denied|rejected|declined|stuck|delayed)|(?:not"
        r"|n't|never|haven'?t|havent|hasn'?t|no|yet to)[^.!?]{0,20}(?:refund(?:ed)?|money back|reimbursed"
        r"|credited)(?! (?:policy|option|button))|(?:sent|returned|shipped|mailed|dropped)(?: it| them| the \w+"
        r"| my \w+| this)*(?: back| off)[^.!?]{0,60}|did (?:you|u|the warehouse|they) (?:get"
        r"|receive)[^.!?]{0,20}(?:return|back|parcel|package|item)|(?:been|was|is|has) (?:my "
        r"|the )?(?:order )?(?:refunded|cancell?ed|approved|processed)(?: yet| already|\?)|order (?:been "
        r"|successfully |actually |really )*cancell?ed\?|refund (?:is )?(?:taking|so slow|slow|late|missing"
        r"|confirmation)|(?:bank|card|account|paypal|statement)[^.!?]{0,25}(?:refund|nothing|yet|not|received)"
        r"|did (?:my|the) (?:cancell?ation|refund|return)",
    ),
    "how_to": (
        r"(?:is|are) (?:it|this|these|there|\w+ \w+) (?:possible|refundable|returnable|a (?:cancell?ation|restocking"
        r"|return) fee|eligible|still possible|too late)[^.!?]*|too late to (?:cancel|return)|where (?:do|can"
        r"|should) i (?:send|return|ship|find|drop|mail)|what are my options|does cancell?ing|will my coupon"
        r"|will i (?:lose|get)|refuse (?:the )?(?:delivery|package|parcel)|return if\b|(?:no"
        r"|there'?s no) option to (?:return|cancel|refund)|(?:can'?t|cannot) find the (?:cancel|return|refund)"
        r"|how does (?:that|the refund|a refund|returning|the return) work|change a return|drop (?:it )?off|(?:how"
        r"|where)[^.!?]{0,12}(?:start|open|file|raise|make|request) (?:a |the |my )?(?:return|refund|claim|exchange)"
        r"|pay (?:for )?(?:the )?(?:postage|shipping|customs)[^.!?]{0,15}(?:return|back)?",
        r"how (?:do|can|should|would|could|does|might|to|long do i have|many days|much (?:does|is|will|would)|2"
        r"|am i)[^.!?]{0,40}(?:return\w*|refund\w*|cancel\w*|exchange\w*|send (?:it|this|them|the \w+) back|swap"
        r"|money back|ship (?:it|this) back|print|replace\w*)|(?:what|where)(?:'s| is| are| do| can"
        r"| should)?[^.!?]{0,40}(?:return\w*|refund\w* (?:policy|process|rule|procedure|button|option|period|request"
        r"|form|amount)|cancel\w*|send (?:it|this|them) back|exchange\w*|refund policy|label|address to)|(?:return"
        r"|refund|exchange|cancell?ation)s? (?:policy|process|procedure|address|label|window|period|form"
        r"|instructions?|portal|fee|conditions?|rules?|deadline|options?|cost|shipping|postage|steps)|steps (?:to"
        r"|for)",
        r"(?:can|could|may|am|is|are|do|does|will|would|should|possible)(?: it| there)?(?: be)? (?:i|we|you|it|this"
        r"|these|they|possible|able|allowed|eligible|a|free|the|ok|there|still|one|u|returns?|sale items?"
        r"|\w+ items?)[^.!?]{0,50}(?:return\w*|refund\w*|cancel\w*|exchange\w*|send (?:it|this|them) back|swap\w*"
        r"|money back|restocking)[^.!?]{0,40}\?|(?:can|could|may) (?:i|we|you|u) (?:\w+ ){0,2}(?:return|refund"
        r"|cancel|exchange|send|get a refund|get my money|swap)|(?:who|do i|do i have to|does|is|are"
        r"|will i)[^.!?]{0,25}(?:pay\w*|cover\w*|charge\w*|free)[^.!?]{0,25}(?:return|shipping|postage|postal|ship)"
        r"|return (?:shipping|postage)|restocking fee|free returns?|prepaid label|returnable|refundable"
        r"|original (?:packaging|box|tags?)|do you (?:accept|offer|do|take|allow|have)[^.!?]{0,20}(?:return|refund"
        r"|exchange|money[- ]back|trial)|what if (?:i|it)|(?:i'?d|i would) like to know|want to know|wondering (?:if"
        r"|how|about)|partial refund",
    ),
}
HINT: dict[str, tuple[str, ...]] = {
    "withdraw": (
        r"\bkeep|mistake|accident|error|wrong|undo|stop|still want|ignore|never ?mind|restore|after all|don.?t (?:refund"
        r"|cancel|return)",
    ),
    "compliance": (
        r"complain\w*|compensat\w*|safe\b|sick|skin|legal|fake|genuine|child|kid|son\b|daughter|danger|report|hurt"
        r"|blister|burn",
    ),
    "fulfilment_error": (r"wrong|instead|missing|ordered|received|got\b|sent|only|inside|box|parcel|not my|empty|supposed",),
    "quality": (
        r"quality|not good|bad\b|problem|issue|works?\b|working|disappoint\w*|broke|damage|off\b|stop|smell|made|crack"
        r"|leak|hole|loose|bent|dead|cheap|arrived",
    ),
    "price_drop": (r"price|sale\b|discount|cheap|less\b|\d+ ?%|promo|paid|reduced|lower|difference",),
    "logistics": (r"deliver|ship|arriv|track|package|parcel|courier|wait|late|where|come|post|here|days|weeks|order",),
    "size": (r"size|fit|small|big|tight|large|long|short|wide|narrow|loose|waist|shoulder|massive|huge|tiny",),
    "usage": (r"how|connect|setup|set up|work|use|button|app|manual|instruction|mean|light|switch|turn",),
    "mis_order": (r"mistake|wrong|address|accident|oops|twice|two|duplicate|thought|meant|forgot|coupon|change|model",),
    "changed_mind": (
        r"^(?:hi|hello|hey|please|pls)?[ ,!.]*(?:i |we |can you |could you |just |please |pls )*(?:want|need"
        r"|would like|'d like|wanna|wish)?(?: to)? ?(?:cancel|return|refund|get a refund|a refund|send back)(?: of"
        r"| for| on)?(?: my| the| this| it| me| order| item| product| purchase| please| pls| a| full| refund| now"
        r"| asap| back| money)*[.! ]*(?:thanks|thank you|thx)?[.! ]*$",
        r"(?:don'?t|no longer) (?:want|need|like)",
    ),
    "status": (r"refund|update|status|return|money|back|yet|still|processed|waiting|cancel",),
    "how_to": (r"how|can i|could i|do i|policy|process|return|exchange|\?|who|where|deadline|able",),
    "seller_out_of_stock": (r"stock|available|seller|they|you|warehouse|cancel|sold",),
    "install": (r"install|fit(?:ted|ter)|assembl|technician|engineer|mount|plumb|bracket|put (?:it|this|them)",),
}

EXCHANGE = (
    r"exchang\w*|replac\w*|swap\w*|another one|new one|re-?send|send (?:me )?(?:a|the|another) (?:new|correct|right"
    r"|replacement|missing)|different (?:size|colou?r)|(?:bigger|smaller|larger) (?:size|one)"
)
REPAIR = r"repair\w*|\bfix(?:ed|ing)?\b|warranty|service cent"
REFUND = r"refund\w*|money back|return\w*|cancel\w*|send (?:it|them|this) back"
COMPENSATION = r"compensat\w*|partial refund|discount|difference"
CONDITION = (
    r"(?:\bif\b|unless|in case|provided|as long as|otherwise|or else)[^.!?]{0,60}(?:not|n't|cant|cannot|wont|doesnt"
    r"|isnt|unable|late|no|unless|fail\w*|before|by|still)[^.!?]{0,60}(?:cancel|refund|return|send it back"
    r"|money back|don'?t want|forget it)"
    r"|(?:cancel|refund|return|money back|send it back)[^.!?]{0,50}(?:\bif\b|unless|in case)[^.!?]{0,40}(?:not|n't"
    r"|cant|cannot|wont|doesnt|isnt|late|by|before|can|arriv\w*|today|tomorrow)|(?:otherwise|or else|or i'?ll"
    r"|or i will|or i want|or i'?m|or just|or please|or)[, ]+(?:i |please |just |i'?ll |i will |i'?m |want |to "
    r"|going |gonna |my )*(?:cancel\w*|refund|return\w*|want my money|send it back)[^?]*$"
)
HYPOTHETICAL = (
    r"(?:what (?:if|happens)|\bif\b|in case|should)[^.!?]{0,60}(?:can|could|may|do|will|would|is it|how|am) (?:i|we"
    r"|you|it|possible)[^.!?]{0,40}(?:return|refund|cancel|exchange|send|money back)|(?:can|could|may|will|do|am|is"
    r"|how)(?: do)? (?:i|we|you|it)[^.!?]{0,40}(?:return|refund|cancel|exchange|send"
    r"|money back)[^.!?]{0,30}(?:\bif\b|in case)"
)
